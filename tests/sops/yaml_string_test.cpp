#include "sops/yaml_string.hpp"

#include <catch2/catch.hpp>

using namespace bestow;
using sops::string_style;
using sops::StringStyle;

namespace {

std::string written(std::string_view text) {
    SecretBuilder out;
    sops::append_string(out, text, string_style(text));
    return to_text(out.view());
}

}  // namespace

TEST_CASE("strings that would be something else are quoted as yaml.v3 quotes them") {
    CHECK(written("plain text") == "plain text");
    CHECK(written("") == "\"\"");
    CHECK(written("5") == "\"5\"");
    CHECK(written("true") == "\"true\"");
    CHECK(written("y") == "\"y\"");
    CHECK(written("Off") == "\"Off\"");
    CHECK(written("1:30") == "\"1:30\"");
    CHECK(written("1:60") == "1:60");
    CHECK(written("2001-01-01") == "\"2001-01-01\"");
}

TEST_CASE("indicators are quoted where they would count") {
    CHECK(written("a: b") == "'a: b'");
    CHECK(written("a:b") == "a:b");
    CHECK(written("a #b") == "'a #b'");
    CHECK(written("a#b") == "a#b");
    CHECK(written("- a") == "'- a'");
    CHECK(written("-a") == "-a");
    CHECK(written("it's") == "it's");
    CHECK(written("'it's'") == "'''it''s'''");
    CHECK(written(" a") == "' a'");
    CHECK(written("---") == "'---'");
}

TEST_CASE("what cannot be printed is escaped") {
    CHECK(written("a\tb") == "\"a\\tb\"");
    CHECK(written("\x01") == "\"\\x01\"");
    CHECK(written("\xf0\x9f\x98\x80") == "\"\\U0001F600\"");
    CHECK(written("\xc3\xa9") == "\xc3\xa9");
    CHECK(written("a \nb") == "\"a \\nb\"");
}

TEST_CASE("several lines are a block, whose header says how they end") {
    CHECK(string_style("a\nb") == StringStyle::Literal);
    CHECK(string_style("a\tb\nc") == StringStyle::Literal);
    CHECK(string_style("a\rb\nc") == StringStyle::DoubleQuoted);
    CHECK(sops::literal_header("a\nb") == "|-");
    CHECK(sops::literal_header("a\n") == "|");
    CHECK(sops::literal_header("a\n\n") == "|+");
    CHECK(sops::literal_header("\n") == "|+");
}
