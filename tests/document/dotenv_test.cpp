#include "document/dotenv.hpp"

#include "base/error.hpp"

#include <catch2/catch.hpp>

using namespace bestow;
using namespace bestow::document;

namespace {

std::string problem(const std::string& text) {
    try {
        (void)parse_dotenv(text);
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::Format);
        return error.full_message();
    }
    return "no error";
}

std::string written(std::string_view value) {
    SecretBuilder out;
    append_dotenv_value(out, value);
    return std::string(as_text(out.view()));
}

std::string set(const std::string& text, const std::string& key, const std::string& value,
                const std::string& last_key = {}) {
    return dotenv_with_value_at(parse_dotenv(text), {key}, value, {last_key});
}

std::string unset(const std::string& text, const std::string& key) {
    return dotenv_without_value_at(parse_dotenv(text), {key});
}

}  // namespace

TEST_CASE("dotenv lines are split as sops splits them") {
    const std::string text = "# top\nA=1\n\nexport B= 'x' # y \n#\nC=one\\ntwo=\\t\\\nD=\n \xc3\xa4=\xff\r\n=e";
    const Document document = parse_dotenv(text);
    const Node& root = document.roots.at(0);
    REQUIRE(root.children.size() == 8);
    CHECK(root.children[0].comment()->text == " top");
    CHECK(root.find("A")->text == "1");
    CHECK(root.find("export B")->text == " 'x' # y ");
    CHECK(root.children[3].comment()->text.empty());
    CHECK(root.find("C")->text == "one\ntwo=\\t\\");
    CHECK(root.find("D")->text.empty());
    CHECK(root.find(" \xc3\xa4")->text == "\xff\r");
    CHECK(root.find(" \xc3\xa4")->at.line == 8);
    CHECK(root.find(" \xc3\xa4")->at.column == 4);
    CHECK(root.find("")->text == "e");
    for (const Child& child : root.children) {
        if (child.node() != nullptr) {
            CHECK(text.substr(child.key_span.begin, child.key_span.end - child.key_span.begin) == child.key);
            CHECK(text[child.node()->span.begin - 1] == '=');
        }
    }
    CHECK(parse_dotenv("").roots.at(0).children.empty());
}

TEST_CASE("what no dotenv file can hold is refused with its line") {
    CHECK(problem("A=1\nB\n") == "line 2: there is no '=', so this is neither a value nor a comment");
    CHECK(problem("A=1\n # B\n").find("line 2: ") == 0);
    CHECK(problem("A=1\r\n\r\nB=2\r\n") == "line 2: an empty line that ends with CR and LF");
    CHECK(problem("A=1\n#\nB=2\nA=3\n") == "line 4: the key 'A' is here again; it is on line 1 already");
    CHECK(problem(std::string("A=1\nB=\0x\n", 9)).find("line 2: a NUL byte") == 0);
    CHECK(problem("<<<<<<< ours\nA=1\n=======\nA=2\n>>>>>>> theirs\n").find("conflict") != std::string::npos);
    Limits limits;
    limits.nodes = 2;
    CHECK_THROWS_AS(parse_dotenv("A=1\nB=2\nC=3\n", limits), Error);
    limits.size_bytes = 3;
    CHECK_THROWS_AS(parse_dotenv("A=12", limits), Error);
}

TEST_CASE("dotenv values are written so that they are read back, or refused") {
    for (const std::string value :
         {"", "x", " x ", "#x", "a=b", "one\ntwo\n", "\\", "\\\\", "\\t", "\"q\"", "\r", "\n\n"}) {
        check_dotenv_value(value);
        const Document read = parse_dotenv("A=" + written(value) + "\n");
        CHECK(read.roots[0].find("A")->text == value);
    }
    CHECK_THROWS_AS(check_dotenv_value("a\\nb"), Error);
    CHECK_THROWS_AS(check_dotenv_value(std::string_view("a\0b", 3)), Error);
}

TEST_CASE("a dotenv value is set in its place and a new one behind the last") {
    CHECK(set("A=1\n\nB=2\n# c\n", "B", "x") == "A=1\n\nB=x\n# c\n");
    CHECK(set("A=1\n# c\n", "B", "x") == "A=1\n# c\nB=x\n");
    CHECK(set("A=1", "B", "x") == "A=1\nB=x\n");
    CHECK(set("", "B", "x") == "B=x\n");
    CHECK(set("A=1\nlast=2\nlater=3\n", "B", "x", "last") == "A=1\nB=x\nlast=2\nlater=3\n");
    CHECK_THROWS_AS(set("A=1\n", "a=b", "x"), Error);
    CHECK_THROWS_AS(set("A=1\n", "#a", "x"), Error);
    CHECK_THROWS_AS(set("A=1\n", "a\nb", "x"), Error);
    CHECK_THROWS_AS(set("A=1\n", "", "x"), Error);
    CHECK_THROWS_AS(dotenv_with_value_at(parse_dotenv("A=1\n"), {std::string("A"), std::string("b")}, "x"), Error);
}

TEST_CASE("a dotenv value leaves with the comments directly above it") {
    const std::string text = "# top\n\n# one\n# two\nA=1\n# b\nB=2";
    CHECK(unset(text, "A") == "# top\n\n# b\nB=2");
    CHECK(unset(text, "B") == "# top\n\n# one\n# two\nA=1\n");
    CHECK_THROWS_AS(unset(text, "C"), Error);
}
