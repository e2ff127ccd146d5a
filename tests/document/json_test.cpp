#include "document/json.hpp"

#include "base/error.hpp"
#include "document/yaml.hpp"

#include <catch2/catch.hpp>

using namespace bestow;
using namespace bestow::document;

namespace {

std::string problem(const std::string& text) {
    try {
        (void)parse_json(text);
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::Format);
        return error.full_message();
    }
    return "no error";
}

}  // namespace

TEST_CASE("JSON values keep their kinds, texts and spans") {
    const std::string text = "{\n\t\"ä\": \"q\\u00e9\\ud83d\\ude00\\n\",\n\t\"n\": [1, -2.50e3, true, null, {}]\n}\n";
    const Document document = parse_json(text);
    const Node& root = document.roots.at(0);
    const Node* const string = root.find("ä");
    CHECK(string->text == "qé😀\n");
    CHECK(text.substr(string->span.begin, string->span.end - string->span.begin) == "\"q\\u00e9\\ud83d\\ude00\\n\"");
    CHECK(string->at.line == 2);
    CHECK(string->at.column == 7);
    const Node* const list = root.find("n");
    CHECK(list->children[0].node()->kind == Kind::Integer);
    CHECK(list->children[1].node()->kind == Kind::Float);
    CHECK(list->children[1].node()->text == "-2.50e3");
    CHECK(list->children[2].node()->kind == Kind::Boolean);
    CHECK(list->children[3].node()->kind == Kind::Null);
    CHECK(list->children[4].node()->kind == Kind::Mapping);
    CHECK(parse_json("9223372036854775808").roots[0].kind == Kind::Float);
    CHECK(parse_json("9223372036854775807").roots[0].kind == Kind::Integer);
}

TEST_CASE("malformed JSON is refused with line and column") {
    CHECK(problem("{\"a\": 1,\n \"a\": 2}") == "line 2, column 2: the key 'a' is here twice in one object");
    CHECK(problem("{} x") == "line 1, column 4: there is text behind the JSON value");
    CHECK(problem(std::string(10000, '[')).find("nested more than 100 levels deep") != std::string::npos);
    for (const char* const bad :
         {"",           "{",      "[",       "{\"a\"}",     "{\"a\":}",           "{a: 1}", "[1,]",
          "{\"a\":1,}", "\"open", "\"\\x\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\n\"", "01",
          "1.",         "-",      "+1",      "nul",         "\"\xff\"",           "[1 2]",  "'a'"}) {
        INFO(bad);
        CHECK(problem(bad) != "no error");
    }
}

TEST_CASE("JSON strings are written so that they are read back") {
    for (const std::string value : {"", "a\"b\\c", "\x01\n\r\t\x7f", "é😀\u2028", "/"}) {
        CHECK(parse_json(emit_json_string(value)).roots[0].text == value);
        CHECK(parse_yaml("a: " + emit_json_string(value) + "\n", Aliases::Refuse).roots[0].find("a")->text == value);
    }
    CHECK_THROWS_AS(emit_json_string("\xff"), Error);
}
