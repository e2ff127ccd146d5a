#include "delivery/contents.hpp"

#include "base/error.hpp"

#include <limits>

#include <catch2/catch.hpp>

using namespace bestow;
using namespace bestow::delivery;

TEST_CASE("whatever is thrown for one secret is its own fault, and its templates', and nobody else's") {
    OpenedFiles files;
    files.emplace("good.age", SecretBytes::copy_of("good"));
    OpenedFile& bad = files.emplace("bad.age", SecretBytes()).first->second;
    // Without a value: whoever looks into it gets an exception that is no Error.
    CHECK_THROWS_AS(bad.emplace<SecretBytes>(std::numeric_limits<std::size_t>::max() / 2), Error);
    REQUIRE(bad.valueless_by_exception());
    Manifest manifest;
    for (const char* name : {"bad", "good"}) {
        ManifestSecret secret;
        secret.name = name;
        secret.file = std::string(name) + ".age";
        secret.delivered = true;
        manifest.secrets.push_back(secret);
    }
    const std::vector<Item> items = make_items(manifest, files, {});
    REQUIRE(items.size() == 2);
    const auto* fault = std::get_if<Fault>(&items.front().content);
    REQUIRE(fault != nullptr);
    CHECK_THAT(fault->message, Catch::StartsWith("bad.age: cannot be opened"));
    CHECK(to_text(std::get<SecretBytes>(items.back().content).view()) == "good");
}

TEST_CASE("a value that need not be there is no fault, delivers nothing and leaves its placeholder empty") {
    OpenedFiles files;
    files.emplace("a.age", SecretBytes::copy_of("now"));
    files.emplace("b.age", Fault{ErrorKind::NotFound, "the store has no such file"});
    files.emplace("c.age", Fault{ErrorKind::Authentication, "a bad MAC"});
    Manifest manifest;
    for (const char* name : {"a", "b", "c"}) {
        ManifestSecret secret;
        secret.name = name;
        secret.file = std::string(name) + ".age";
        secret.optional = std::string_view(name) != "a";
        manifest.secrets.push_back(secret);
    }
    ManifestTemplate one;
    one.name = "t";
    policy::Template declared;
    declared.content = "{{ a }},{{ b }},{{ b | bcrypt }}";
    one.pieces = policy::parse_template(declared);
    one.inputs = policy::template_inputs(one.pieces);
    manifest.templates.push_back(one);
    CHECK(faulty_files(manifest, files) == std::set<std::string>{"c.age"});
    const std::vector<Item> items = make_items(manifest, files, as_bytes("salt"));
    REQUIRE(items.size() == 3);
    CHECK(items[0].name == "a");
    CHECK(items[1].name == "c");
    CHECK(std::holds_alternative<Fault>(items[1].content));
    CHECK(to_text(std::get<SecretBytes>(items[2].content).view()) == "now,,");
}
