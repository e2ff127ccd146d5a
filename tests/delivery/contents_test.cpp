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
