#include "document/scalar.hpp"

#include "document/yaml.hpp"

#include <limits>

#include <catch2/catch.hpp>

using namespace bestow::document;

namespace {

std::string canonical(std::string_view text) {
    const ResolvedScalar scalar = resolve_scalar_text(text);
    switch (scalar.kind) {
        case Kind::Null:
            return "null";
        case Kind::Boolean:
            return "bool " + scalar.canonical;
        case Kind::Integer:
            return (scalar.beyond_int64 ? "uint " : "int ") + scalar.canonical;
        case Kind::Float:
            return "float " + scalar.canonical;
        case Kind::Timestamp:
            return "time " + scalar.canonical;
        default:
            return "str";
    }
}

}  // namespace

TEST_CASE("plain scalars resolve as yaml.v3 resolves them") {
    for (const auto& [text, expected] : std::vector<std::pair<std::string, std::string>>{
             {"", "null"},
             {"~", "null"},
             {"NULL", "null"},
             {"nUll", "str"},
             {"true", "bool true"},
             {"FALSE", "bool false"},
             {"yes", "str"},
             {"on", "str"},
             {"y", "str"},
             {"tRue", "str"},
             {"0", "int 0"},
             {"-0", "int 0"},
             {"+5", "int 5"},
             {"007", "int 7"},
             {"017", "int 15"},
             {"0o17", "int 15"},
             {"0b101", "int 5"},
             {"-0b11", "int -3"},
             {"0xff", "int 255"},
             {"-0xFF", "int -255"},
             {"1_000", "int 1000"},
             {"08", "float 8"},
             {"09.5", "float 9.5"},
             {"0x", "str"},
             {"0b2", "str"},
             {"1__0", "int 10"},
             {"9223372036854775807", "int 9223372036854775807"},
             {"9223372036854775808", "uint 9223372036854775808"},
             {"-9223372036854775808", "int -9223372036854775808"},
             {"-9223372036854775809", "float -9223372036854776000"},
             {"18446744073709551615", "uint 18446744073709551615"},
             {"18446744073709551616", "float 18446744073709552000"},
             {"1.0", "float 1"},
             {"5.", "float 5"},
             {".5", "float 0.5"},
             {"._5", "str"},
             {"1e3", "float 1000"},
             {"1.2345678901234568e29", "float 123456789012345680000000000000"},
             {"1e400", "str"},
             {"1e-400", "float 0"},
             {"-0.0", "float -0"},
             {"1.5e-7", "float 0.00000015"},
             {".inf", "float +Inf"},
             {"-.INF", "float -Inf"},
             {".nan", "float NaN"},
             {"inf", "str"},
             {"1.e5", "float 100000"},
             {"e5", "str"},
             {"+.5", "float 0.5"},
             {"-", "str"},
             {"+", "str"},
             {".", "str"},
             {"1:30", "str"},
             {"1.2.3", "str"},
             {"0.1_5", "float 0.15"},
             {"2001-12-14", "time 2001-12-14T00:00:00Z"},
             {"2001-1-2", "time 2001-01-02T00:00:00Z"},
             {"2001-12-14T21:59:43.10-05:00", "time 2001-12-14T21:59:43.1-05:00"},
             {"2001-12-14t21:59:43Z", "time 2001-12-14T21:59:43Z"},
             {"2001-12-14 21:59:43.5", "time 2001-12-14T21:59:43.5Z"},
             {"2001-12-14T21:59:43+00:00", "time 2001-12-14T21:59:43Z"},
             {"2001-12-14 21:59:43 -5", "str"},
             {"2001-02-29", "str"},
             {"2000-02-29", "time 2000-02-29T00:00:00Z"},
             {"2001-13-01", "str"},
             {"2001-12-14T25:00:00Z", "str"},
             {"2001-12-14T21:59:43", "str"},
             {"12-14-2001", "str"},
         }) {
        INFO(text);
        CHECK(canonical(text) == expected);
    }
}

TEST_CASE("strings are written so that they are read back as the same string") {
    for (const std::string value : {"plain",
                                    "two words",
                                    "",
                                    " ",
                                    "true",
                                    "~",
                                    "5",
                                    "1.5",
                                    "2001-01-01",
                                    "yes",
                                    "a: b",
                                    "a #b",
                                    "#",
                                    "- a",
                                    "'",
                                    "\"",
                                    "a\\b",
                                    "it's \"both\" \\",
                                    "tab\there",
                                    "line\nbreak",
                                    "nul\x01",
                                    "ünïcödé",
                                    "😀",
                                    "\u2028",
                                    "\u0085",
                                    "\ufeff",
                                    "[x]",
                                    "{",
                                    "a,b",
                                    "*a",
                                    "&a",
                                    "!a",
                                    "%a",
                                    "@a",
                                    "`a",
                                    "|",
                                    ">",
                                    "key:",
                                    "http://x:1/",
                                    "null",
                                    "<<",
                                    "0x1f",
                                    "ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]",
                                    "=",
                                    "---",
                                    "...",
                                    "? a",
                                    " lead",
                                    "trail ",
                                    "1:30"}) {
        for (const bool flow : {false, true}) {
            const std::string emitted = emit_yaml_string(value, flow);
            INFO(emitted);
            const std::string text = flow ? "a: [" + emitted + ", 1]\n" : "a: " + emitted + "\nb: 1\n";
            const Document document = parse_yaml(text, Aliases::Refuse);
            const Node* node = document.roots.at(0).find("a");
            node = flow ? node->children.at(0).node() : node;
            CHECK(node->kind == Kind::String);
            CHECK(node->text == value);
        }
    }
    CHECK(emit_yaml_string("ssh-ed25519 AAAA/b+c= alice@laptop", true) == "ssh-ed25519 AAAA/b+c= alice@laptop");
    CHECK(emit_yaml_string("http://x:1/", false) == "http://x:1/");
    CHECK(emit_yaml_string("yes", false) == "\"yes\"");
}

TEST_CASE("numbers are printed as yaml.v3 prints them") {
    CHECK(float_text_with_exponent(5.0) == "5");
    CHECK(float_text_with_exponent(-0.5) == "-0.5");
    CHECK(float_text_with_exponent(999999.0) == "999999");
    CHECK(float_text_with_exponent(100000.5) == "100000.5");
    CHECK(float_text_with_exponent(1000000.0) == "1e+06");
    CHECK(float_text_with_exponent(-1234567.5) == "-1.2345675e+06");
    CHECK(float_text_with_exponent(1e300) == "1e+300");
    CHECK(float_text_with_exponent(0.0001) == "0.0001");
    CHECK(float_text_with_exponent(0.00001) == "1e-05");
    CHECK(float_text_with_exponent(0.0) == "0");
    CHECK(float_text_with_exponent(-std::numeric_limits<double>::infinity()) == "-.inf");
    CHECK(float_text_with_exponent(std::numeric_limits<double>::quiet_NaN()) == ".nan");
}

TEST_CASE("an RFC 3339 time is a number of seconds") {
    CHECK(bestow::document::timestamp_seconds("1970-01-01T00:00:00Z") == 0);
    CHECK(bestow::document::timestamp_seconds("2026-11-20T22:05:00Z") == 1795212300);
    CHECK(bestow::document::timestamp_seconds("2026-11-20T23:05:00.5+01:00") == 1795212300);
    CHECK(bestow::document::timestamp_seconds("2024-02-29t23:59:59-00:30") == 1709252999);
    CHECK(bestow::document::timestamp_seconds("1969-12-31T23:59:59Z") == -1);
    for (const char* text : {"", "2026-11-20", "2026-11-20T22:05:00", "2026-13-20T22:05:00Z", "2026-11-20T22:05:00+1",
                             "2026-11-20T22:05:00Zx", "x026-11-20T22:05:00Z"}) {
        INFO(text);
        CHECK_FALSE(bestow::document::timestamp_seconds(text));
    }
}
