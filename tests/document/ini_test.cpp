#include "document/ini.hpp"

#include "base/error.hpp"
#include "document/ini_comment.hpp"

#include <catch2/catch.hpp>

using namespace bestow;
using namespace bestow::document;

namespace {

std::string problem(const std::string& text) {
    try {
        (void)parse_ini(text);
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::Format);
        return error.full_message();
    }
    return "no error";
}

/// "section.key=<value>" and "section#<comment>", in the order of the tree.
std::vector<std::string> read(const std::string& text) {
    const Document document = parse_ini(text);
    std::vector<std::string> lines;
    for (const Child& section : document.roots.at(0).children) {
        if (section.comment() != nullptr) {
            lines.push_back("#<" + section.comment()->text + ">");
            continue;
        }
        lines.push_back("[" + section.key + "]");
        for (const Child& child : section.node()->children) {
            lines.push_back(child.comment() != nullptr ? "#<" + child.comment()->text + ">"
                                                       : child.key + "=<" + child.node()->text + ">");
        }
    }
    return lines;
}

std::string value_of(const std::string& text) {
    const Document document = parse_ini("k = " + text);
    return document.roots.at(0).children.at(0).node()->children.at(0).node()->text;
}

std::string written(std::string_view value, std::string_view quotes = {}) {
    SecretBuilder out;
    append_ini_value(out, value, quotes);
    return std::string(as_text(out.view()));
}

std::string set(const std::string& text, const std::string& section, const std::string& key, const std::string& value,
                const std::string& last_key = {}) {
    return ini_with_value_at(parse_ini(text), {section, key}, value, {last_key});
}

std::string unset(const std::string& text, const KeyPath& path) {
    return ini_without_value_at(parse_ini(text), path);
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("INI sections, keys and comments are in the order of sops's tree") {
    CHECK(read("\xef\xbb\xbfk: v\n; top\n\n [a b]  # behind\n# one\n#two\n x = 1   ; inline\n\ty=2\n[a b]\nx=3\n; "
               "end\n") == Lines{"[DEFAULT]", "k=<v>", "[a b]", "#<top>", "#<behind>", "x=<1>", "#<one\n#two>",
                                 "#<inline>", "y=<2>", "[a b]", "x=<3>", "#<end>"});
    CHECK(read("").empty());
    CHECK(read("; only\n") == Lines{"#<only>"});
    CHECK(read("[a]\n[]]\nx=1") == Lines{"[a]", "[]]", "x=<1>"});
    CHECK(read("[DEFAULT]\nx=1\r\n\r\n[b]\r\ny=2\r\n") == Lines{"[DEFAULT]", "x=<1>", "[b]", "y=<2>"});
    CHECK(read("\"a=b\" = 1\n`c\"d`: 2\n\"\"\"e`f\"\"\" = 3\na b=4\n") ==
          Lines{"[DEFAULT]", "a=b=<1>", "c\"d=<2>", "e`f=<3>", "a b=<4>"});
}

TEST_CASE("INI values are what go-ini makes of them") {
    CHECK(value_of("") == "");
    CHECK(value_of("  x y \t\xc2\xa0\n") == "x y");
    CHECK(value_of("a=b:c") == "a=b:c");
    CHECK(value_of("\" x \"") == " x ");
    CHECK(value_of("' x '") == " x ");
    CHECK(value_of("\"a\" and \"b\"") == "\"a\" and \"b\"");
    CHECK(value_of("`a;b#c` ; comment\n") == "a;b#c");
    CHECK(value_of("\"\"\"a;\"b\"\"\"") == "a;\"b");
    CHECK(value_of("\"\"\"one\n; two\r\nthree\"\"\"\nx=1\n") == "one\n; two\r\nthree");
    CHECK(value_of("`\n one\n`") == "\n one\n");
    CHECK(value_of("one \\\n   two\\\n three # four\nx=1\n") == "one twothree # four");
    CHECK(value_of("it's ; a comment") == "it's");
    CHECK(value_of("; a comment") == "");
    CHECK(value_of("\"") == "\"");
}

TEST_CASE("what sops would lose in an INI document is refused with its place") {
    CHECK(problem("[a]\nx=1\n[b]\nx=1\nx=2\n") ==
          "line 5, column 1: the key 'x' is here again; it is on line 4 already");
    CHECK(problem("password = abc#def\n") ==
          "line 1, column 15: SOPS takes the '#' and what follows it for a comment, "
          "so that the value would lose it");
    for (const char* const lost : {"c = #fff", "p=a;b", "p = \"a # b\"", "p = 'a ; b'", "p=;", "p = x#"}) {
        INFO(lost);
        CHECK(problem(lost).find("for a comment") != std::string::npos);
    }
    CHECK(problem("[a] x\n") == "line 1, column 5: there is text behind the header, which SOPS would drop");
    CHECK(problem("a = `x` y\n") == "line 1, column 9: there is text behind the closing quotes, which SOPS would drop");
    CHECK(problem("\"a\" b = 1\n").find("which SOPS would drop") != std::string::npos);
    CHECK(problem("dir = C:\\\\x\\\\\n[a]\n").find("line 2, column 1: the line above ends with a backslash") == 0);
    for (const char* const bad :
         {"key", "= 1", "[a", "[]", "[a] ; [b]", "\"k = 1", "k = `x", "k = \"\"\"", "k = C:\\", "k = C:\\\n\nx = 1\n",
          "k = \"\"\"x\n", "- = 1", "\"#k\" = 1", "`[k` = 1", "k = `a` `b`", "\"a`b=\" = 1", "\"\" = 1"}) {
        INFO(bad);
        CHECK(problem(bad) != "no error");
    }
    CHECK(problem(std::string("a=\0", 3)).find("line 1: a NUL byte") == 0);
    Limits limits;
    limits.nodes = 3;
    CHECK_THROWS_AS(parse_ini("a=1\nb=2\nc=3\n", limits), Error);
}

TEST_CASE("INI values are written so that they are read back, or refused") {
    const std::vector<std::string> values = {"",      "x",     " x ",    "a;b",    "#",         "'x'",    "\"x\"",
                                             "a\nb",  "\n",    "x\\",    "`x",     "a`b;c",     "\"\"\"", "a\"\"\"b",
                                             "\"",    "'",     "a \"b#", "a\nb\"", "\"\"\"\na", "`\n",    "\r",
                                             "a\\\n", "\"'`;", "x\r\ny", " \"'",   "\\\nx",     "`a`",    "\"a\nb"};
    for (const std::string& value : values) {
        for (const std::string quotes : {"", "\"", "'", "`", "\"\"\""}) {
            const std::string text = written(value, quotes);
            INFO(text);
            CHECK(value_of(text + "\nz = 1\n") == value);
        }
    }
    CHECK(written("x", "\"") == "\"x\"");
    CHECK(written("a;b") == "`a;b`");
    CHECK(written("a\nb") == "\"\"\"a\nb\"\"\"");
    CHECK(written("a\n\"") == "`a\n\"`");
    CHECK(written(" a") == "\" a\"");
    CHECK_THROWS_AS(written("`;\"\"\"\n"), Error);
    CHECK_THROWS_AS(written(std::string_view("\0", 1)), Error);
}

TEST_CASE("a block of comment lines becomes one text and comes back as it was") {
    const std::vector<std::pair<std::string, std::string>> blocks = {
        {"one", ""},          {"one\n# two\n;three", ""},          {"one\n\t# two", "\t"},
        {"one\n# two", "\t"}, {"one\n\n \n   # two\r\n\r\n;", ""}, {"\n# two", " "},
        {"\n\n;;; two", ""}};
    for (const auto& [source, indentation] : blocks) {
        const std::string text = ini_comment_text("; " + source, indentation);
        CHECK(("\n" + text + "\n").find("\n\n") == std::string::npos);
        CHECK(ini_comment_source(text, indentation) == source);
    }
    CHECK(ini_comment_text("## # one\n  # two", "  ") == "one\n# two");
    CHECK(ini_comment_source("one\ntwo\n\nx = 1", "") == "one\n; two\n; \n; x = 1");
}

TEST_CASE("an INI value is set in its place and a new one in its section") {
    CHECK(set("[a]\nx = 'y' ; c\n", "a", "x", "z") == "[a]\nx = z ; c\n");
    CHECK(set("[a]\nx=\n", "a", "x", "z") == "[a]\nx=z\n");
    CHECK(set("[a]\nx =\n", "a", "x", "z") == "[a]\nx = z\n");
    CHECK(set("[a]\nx = ; c\n", "a", "x", "z") == "[a]\nx = z ; c\n");
    CHECK(set("[a]\nx = \"\"\"1\n2\"\"\"\ny = 1\n", "a", "x", "z") == "[a]\nx = z\ny = 1\n");
    CHECK(set("[a]\n\tx=1 ; c\n\n[b]\n", "a", "y", "z") == "[a]\n\tx=1 ; c\n\ty=z\n\n[b]\n");
    CHECK(set("[a]\nx   = 1\nlong : 2\n", "a", "y", "z") == "[a]\nx   = 1\nlong : 2\ny : z\n");
    CHECK(set("[a]\nx    = 1\nlong = 2\n", "a", "yy", "z") == "[a]\nx    = 1\nlong = 2\nyy   = z\n");
    CHECK(set("[a]", "a", "y=", "z") == "[a]\n`y=` = z\n");
    CHECK(set("[a]\r\nx=1\r\n; end\r\n", "b", "y", "z") == "[a]\r\nx=1\r\n\r\n[b]\r\ny = z\r\n\r\n; end\r\n");
    CHECK(set("[a]\nx=1\n\n; c\n[last]\ny=1\n", "b", "y", "z", "last") ==
          "[a]\nx=1\n\n[b]\ny = z\n\n; c\n[last]\ny=1\n");
    CHECK(set("; c\n[a]\n", "DEFAULT", "y", "z") == "y = z\n\n; c\n[a]\n");
    CHECK(set("k=1\n[a]\n", "DEFAULT", "y", "z") == "k=1\ny=z\n[a]\n");
    CHECK(set("", "a", "y", "z") == "[a]\ny = z\n");
    CHECK(set("[a]\nx=1\n[a]\ny=1\n", "a", "y", "2") == "[a]\nx=1\n[a]\ny=2\n");
    CHECK_THROWS_AS(set("[a]\nx=1\n[a]\ny=1\n", "a", "z", "2"), Error);
    CHECK_THROWS_AS(set("[a]\nx=1\n[a]\nx=1\n", "a", "x", "2"), Error);
    for (const char* const key : {"", "-", "#a", ";a", "[a", " a", "a\nb", "a`=b"}) {
        CHECK_THROWS_AS(set("", "a", key, "z"), Error);
    }
    CHECK_THROWS_AS(set("", "a]", "x", "z"), Error);
    CHECK_THROWS_AS(ini_with_value_at(parse_ini(""), {std::string("a")}, "z"), Error);
}

TEST_CASE("an INI key or section leaves with the comments directly above it") {
    const std::string text =
        "; top\n\n; a\n[a]\n; far\n\n# x\n# x2\nx = \"\"\"1\n# 2\"\"\" ; c\ny = 2\n\n; b\n[b]\nz=1\n";
    CHECK(unset(text, {std::string("a"), std::string("x")}) == "; top\n\n; a\n[a]\n; far\n\ny = 2\n\n; b\n[b]\nz=1\n");
    CHECK(unset(text, {std::string("a"), std::string("y")}) ==
          "; top\n\n; a\n[a]\n; far\n\n# x\n# x2\nx = \"\"\"1\n# 2\"\"\" ; c\n\n; b\n[b]\nz=1\n");
    CHECK(unset(text, {std::string("a")}) == "; top\n\n; b\n[b]\nz=1\n");
    CHECK(unset("[a]\nx=1\n\n; b\n[b]\nz=1\n", {std::string("b")}) == "[a]\nx=1\n");
    CHECK(unset("k=1\n\n[b]\nz=1\n", {std::string("DEFAULT")}) == "[b]\nz=1\n");
    CHECK_THROWS_AS(unset(text, {std::string("c")}), Error);
    CHECK_THROWS_AS(unset(text, {std::string("a"), std::string("z")}), Error);
}
