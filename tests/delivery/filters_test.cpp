#include "delivery/filters.hpp"

#include "base/error.hpp"
#include "crypto/hash.hpp"
#include "delivery/render.hpp"

#include <catch2/catch.hpp>

using namespace bestow;
using namespace bestow::delivery;

namespace {

std::string filtered(const std::string& name, std::string_view value, const std::vector<std::string>& arguments = {},
                     std::string_view salt_key = "key", std::string_view subject = "a/b") {
    return to_text(apply_filter({name, arguments}, as_bytes(value), {as_bytes(salt_key), subject}).view());
}

ManifestTemplate template_of(const std::string& content) {
    policy::Template declared;
    declared.name = "t";
    declared.content = content;
    ManifestTemplate result;
    result.name = "t";
    result.pieces = policy::parse_template(declared);
    result.inputs = policy::template_inputs(result.pieces);
    return result;
}

std::string rendered(const std::string& content, const std::map<std::string, std::string>& texts) {
    std::map<std::string, SecretBytes> values;
    for (const auto& [name, text] : texts) {
        values[name] = SecretBytes::copy_of(text);
    }
    Manifest manifest;
    manifest.host = "web";
    manifest.vars = {{"env", "prod"}};
    const auto lookup = [&](const std::string& name) {
        const auto found = values.find(name);
        return found == values.end() ? nullptr : &found->second;
    };
    return to_text(render(template_of(content), manifest, lookup, as_bytes("key")).view());
}

}  // namespace

TEST_CASE("filters write a value in another notation", "[filters]") {
    using namespace std::string_literals;
    REQUIRE(filtered("base64", "\xff\x00z"s) == "/wB6");
    REQUIRE(filtered("hex", "\xff\x00z"s) == "ff007a");
    REQUIRE(filtered("json", "a\"b\\c\n\t\x01/\xc3\xa9") == "\"a\\\"b\\\\c\\n\\t\\u0001/\xc3\xa9\"");
    REQUIRE(filtered("json", "") == "\"\"");
    REQUIRE(filtered("shell", "it's $x") == "'it'\\''s $x'");
    REQUIRE(filtered("shell", "") == "''");
    REQUIRE(filtered("urlencode", "a b/c?d=\xc3\xa9&~-_.") == "a%20b%2Fc%3Fd%3D%C3%A9%26~-_.");
    REQUIRE(filtered("trim", " \t a b \r\n\n") == "a b");
    REQUIRE(filtered("indent", "a\nb\n\n  c\n", {"4"}) == "a\n    b\n\n      c\n");
}

TEST_CASE("a value that a notation cannot express is refused without being shown", "[filters]") {
    using namespace std::string_literals;
    for (const std::string& bad : {"\xff"s, "\xc0\xaf"s, "\xed\xa0\x80"s, "\xf4\x90\x80\x80"s, "\xc3"s}) {
        REQUIRE_THROWS_WITH(filtered("json", bad), "the filter 'json' needs UTF-8 text");
    }
    REQUIRE_THROWS_WITH(filtered("shell", "canary\0x"s), !Catch::Contains("canary"));
}

TEST_CASE("password hashes are stable on one host and equal on no two", "[filters]") {
    for (const auto& [name, prefix] :
         std::map<std::string, std::string>{{"sha512crypt", "$6$"}, {"yescrypt", "$y$"}, {"bcrypt", "$2b$"}}) {
        const std::string hash = filtered(name, "password");
        CAPTURE(name, hash);
        REQUIRE(hash.substr(0, prefix.size()) == prefix);
        REQUIRE(filtered(name, "password") == hash);
        REQUIRE(filtered(name, "password", {}, "another host") != hash);
        REQUIRE(filtered(name, "password", {}, "key", "another/secret") != hash);
        REQUIRE(filtered(name, "Password") != hash);
    }
}

TEST_CASE("a template is literals, facts of the host and filtered values", "[render]") {
    REQUIRE(rendered("K={{ a/b | trim | json }}\nN={{host.name}} {{ host.vars.env }}\n", {{"a/b", " x\"y\n"}}) ==
            "K=\"x\\\"y\"\nN=web prod\n");
    REQUIRE(rendered("no placeholder", {}) == "no placeholder");
    REQUIRE(rendered("", {}).empty());
}

TEST_CASE("a value is never scanned for placeholders", "[render]") {
    REQUIRE(rendered("{{ a }}{{ b }}", {{"a", "{{ b }}"}, {"b", "{{ a }}"}}) == "{{ b }}{{ a }}");
}

TEST_CASE("a template without one of its values is an error that says where", "[render]") {
    REQUIRE_THROWS_WITH(rendered("x\n {{ missing }}", {}),
                        Catch::Contains("line 2, column 2") && Catch::Contains("'missing'"));
    REQUIRE_THROWS_WITH(rendered("{{ host.vars.none }}", {}), Catch::Contains("'host.vars.none'"));
}
