#include "document/yaml.hpp"

#include "base/error.hpp"
#include "base/format.hpp"

#include <catch2/catch.hpp>

using namespace bestow;
using namespace bestow::document;

namespace {

std::string_view source(const Document& document, Span span) {
    return std::string_view(document.text).substr(span.begin, span.end - span.begin);
}

/// The tree with its comments on one line: {#c, key: value, list: [a, #c]}.
std::string outline(const Node& node) {
    if (node.is_scalar()) {
        return node.text;
    }
    std::string text;
    for (const Child& child : node.children) {
        text += text.empty() ? "" : ", ";
        if (const Comment* comment = child.comment()) {
            text += (comment->trails_value ? "~#" : "#") + comment->text;
            continue;
        }
        text += node.kind == Kind::Mapping ? child.key + ": " : "";
        text += outline(*child.node());
    }
    return node.kind == Kind::Mapping ? "{" + text + "}" : "[" + text + "]";
}

std::string outline(const std::string& text) {
    const Document document = parse_yaml(text, Aliases::Expand);
    std::string result;
    for (const Node& root : document.roots) {
        result += outline(root);
    }
    return result;
}

std::string problem(const std::string& text, const Limits& limits = {}) {
    try {
        (void)parse_yaml(text, Aliases::Expand, limits);
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::Format);
        return error.full_message();
    }
    return "no error";
}

}  // namespace

TEST_CASE("every scalar knows its bytes, whatever characters stand before it") {
    const Document document = parse_yaml("ä: 'é😀'\nkey: \"v\" # ü\nlast: plain text\n", Aliases::Refuse);
    const Node& root = document.roots.at(0);
    CHECK(source(document, root.find("ä")->span) == "'é😀'");
    CHECK(source(document, root.find("key")->span) == "\"v\"");
    CHECK(source(document, root.find("last")->span) == "plain text");
    CHECK(root.find("last")->at.line == 3);
    CHECK(root.find("last")->at.column == 7);
    CHECK(source(document, root.children[0].key_span) == "ä");
}

TEST_CASE("spans fit behind a byte-order mark and with CRLF") {
    const Document document = parse_yaml(
        "\xef\xbb\xbf"
        "a: 1\r\nb:\r\n  - x\r\n  - y\r\n",
        Aliases::Refuse);
    const Node& root = document.roots.at(0);
    CHECK(source(document, root.find("a")->span) == "1");
    CHECK(source(document, root.find("b")->children[1].node()->span) == "y");
    CHECK(root.find("b")->children[1].node()->at.line == 4);
    CHECK(root.find("b")->indent == 2);
}

TEST_CASE("spans fit in a document of several blocks of the character table") {
    std::string text;
    for (int index = 0; index < 300; ++index) {
        text += format("kéy{}: \"välue{}\"\n", index, index);
    }
    const Document document = parse_yaml(text, Aliases::Refuse);
    for (int index = 0; index < 300; ++index) {
        const Node* const node = document.roots[0].find(format("kéy{}", index));
        REQUIRE(node != nullptr);
        CHECK(source(document, node->span) == format("\"välue{}\"", index));
        CHECK(node->at.line == static_cast<std::size_t>(index) + 1);
    }
}

TEST_CASE("a block scalar's span ends with its text") {
    const Document document = parse_yaml("a: |\n  one\n  two\n\n# c\nb: >-\n  x\n  y\nc: |+\n  z\n\n", Aliases::Refuse);
    const Node& root = document.roots.at(0);
    CHECK(source(document, root.find("a")->span) == "|\n  one\n  two");
    CHECK(source(document, root.find("b")->span) == ">-\n  x\n  y");
    CHECK(root.find("b")->text == "x y");
    CHECK(root.find("c")->text == "z\n\n");
}

TEST_CASE("an empty value has no width") {
    const Document document = parse_yaml("a:\nb: ~\n", Aliases::Refuse);
    CHECK(document.roots[0].find("a")->kind == Kind::Null);
    CHECK(source(document, document.roots[0].find("a")->span).empty());
    CHECK(document.roots[0].find("a")->span.begin == 2);
}

TEST_CASE("tags and anchors are part of a value's span") {
    const Document document = parse_yaml("a: &x !!str 5\nb: !custom v\n", Aliases::Expand);
    const Node& root = document.roots.at(0);
    CHECK(source(document, root.find("a")->span) == "&x !!str 5");
    CHECK(root.find("a")->kind == Kind::String);
    CHECK(root.find("a")->properties->anchor == "x");
    CHECK(root.find("b")->tag() == "!custom");
    CHECK(parse_yaml("!custom 5", Aliases::Refuse).roots[0].kind == Kind::String);
    CHECK(parse_yaml("!!int \"5\"", Aliases::Refuse).roots[0].kind == Kind::Integer);
    CHECK(parse_yaml("!!float 5", Aliases::Refuse).roots[0].kind == Kind::Float);
    CHECK(problem("a: !!bool yes\n") == "line 1, column 4: the value is not what its tag '!!bool' says");
}

TEST_CASE("each document knows where it ends") {
    const std::string text = "a: 1\n---\nb: 2\n...\n---\nc: 3\n";
    const Document document = parse_yaml(text, Aliases::Refuse);
    REQUIRE(document.ends.size() == 3);
    CHECK(text.substr(document.ends[0]) == "---\nb: 2\n...\n---\nc: 3\n");
    CHECK(text.substr(document.ends[1]) == "...\n---\nc: 3\n");
    CHECK(document.ends[2] == text.size());
}

TEST_CASE("comments come to the collection that they belong to") {
    CHECK(outline("# top\na: 1\n# end\n") == "{# top, a: 1, # end}");
    CHECK(outline("a: 1 # one\nb: 2\n") == "{a: 1, ~# one, b: 2}");
    CHECK(outline("a:\n  # in\n  b: 1\n  # still in\n# out\nc: 2\n") == "{a: {# in, b: 1, # still in}, # out, c: 2}");
    CHECK(outline("a:\n  b: 1 # in\nc: 2 # out\n") == "{a: {b: 1, ~# in}, c: 2, ~# out}");
    CHECK(outline("l:\n  # first\n  - a\n  # second\n  - b # trailing\n") ==
          "{l: [# first, a, # second, b, ~# trailing]}");
    CHECK(outline("l:\n- a\n# between\n- b\n# next\nk: 1\n") == "{l: [a, # between, b], # next, k: 1}");
    CHECK(outline("a: {b: 1, # in\n  c: 2}\n# out\n") == "{a: {b: 1, ~# in, c: 2}, # out}");
    CHECK(outline("a: # behind the key\n  b: 1\n") == "{~# behind the key, a: {b: 1}}");
    CHECK(outline("a: 'x # no' \nb: x#no\nc: \"# no\"\n") == "{a: x # no, b: x#no, c: # no}");
    CHECK(outline("a: 1\n# one\n---\n# two\nb: 2\n") == "{a: 1, # one}{# two, b: 2}");
    CHECK(outline("a: | # header\n  text\nb: 1\n") == "{a: text\n, ~# header, b: 1}");
    CHECK(outline("a: |\n  # text\nb: 1\n") == "{a: # text\n, b: 1}");
}

TEST_CASE("aliases expand into copies that lie where the alias lies") {
    const Document document = parse_yaml("a: &x {k: v}\nb: *x\n", Aliases::Expand);
    const Node* const b = document.roots[0].find("b");
    REQUIRE(b->kind == Kind::Mapping);
    CHECK(b->aliased);
    CHECK(b->find("k")->text == "v");
    CHECK(source(document, b->find("k")->span) == "*x");
    CHECK_THROWS_AS(parse_yaml("a: &x 1\nb: *x\n", Aliases::Refuse), Error);
}

TEST_CASE("an alias finds its anchor wherever it lies in a document that is still read") {
    const auto text_at = [](const std::string& text, std::initializer_list<const char*> path) {
        const Document document = parse_yaml(text, Aliases::Expand);
        const bestow::document::Node* node = &document.roots.back();
        for (const char* key : path) {
            node = node->kind == Kind::Sequence ? node->children.at(std::stoul(key)).node() : node->find(key);
        }
        return node->text;
    };
    CHECK(text_at("- {x: [0, &a {k: v}]}\n- [1, {y: *a}]\n", {"1", "1", "y", "k"}) == "v");
    CHECK(text_at("&r\na:\n  - &s [p, &t q]\n  - *t\n  - *s\n", {"a", "2", "1"}) == "q");
    CHECK(text_at("a: &x 1\nb: [*x, &x 2, *x]\nc: *x\n", {"b", "0"}) == "1");
    CHECK(text_at("a: &x 1\nb: [*x, &x 2, *x]\nc: *x\n", {"c"}) == "2");
    CHECK(text_at("a: &x {k: v}\nb: &y {l: *x}\nc: [*y]\n", {"c", "0", "l", "k"}) == "v");
    CHECK(text_at("&k a: 1\nb: {c: *k}\n", {"b", "c"}) == "a");
    CHECK(text_at("a: &x 1\nb: *x\n---\nc: [[&x 3]]\nd: *x\n", {"d"}) == "3");
    CHECK(problem("a: &x 1\n---\nb: *x\n").find("line 3, column 4") == 0);
}

TEST_CASE("no plaintext is in a message") {
    for (const std::string text :
         {"password: *hunter6\n", "a: {hunter6, hunter6}\n", "- [hunter6: 1, {hunter6, hunter6}]\n",
          "'hunter6': 1\n'hunter6': 2\n", "hunter6 and: 1\nhunter6 and: 2\n", "hunter6: &hunter6\n  a: *hunter6\n",
          "a: !!int hunter6\n"}) {
        INFO(text);
        CHECK(problem(text).find("line ") == 0);
        CHECK(problem(text).find("hunter6") == std::string::npos);
    }
}

TEST_CASE("what could mean two things is refused with line and column") {
    std::string many;
    for (int number = 0; number < 1000; ++number) {
        many += "k" + std::to_string(number) + ": 1\n";
    }
    CHECK(problem(many + "k999: 2\nk0: 2\n") == "line 1001, column 1: the key 'k999' is here twice in one mapping");
    CHECK(problem("a: 1\nb: 2\na: 3\n") == "line 3, column 1: the key 'a' is here twice in one mapping");
    CHECK(problem("a: &x\n  b: *x\n") == "line 2, column 6: this alias stands inside its own anchor");
    CHECK(problem("a: *x\n") == "line 1, column 4: this alias has no anchor before it");
    CHECK(problem("a: 1\n? [b]\n: 2\n").find("line 2, column 3: a key must be") == 0);
    CHECK(problem("~: 1\n") == "line 1, column 1: a key is missing");
    CHECK(problem("a: b: c\n").find("line 1, column 5") == 0);
    CHECK(problem("a: 'open\n").find("line 2, column 1") == 0);
    CHECK(problem("a: \x01\n").find("line 1, column 4") == 0);
    CHECK(problem("\xff\xfe"
                  "a")
              .find("UTF-16") != std::string::npos);
    CHECK(problem(std::string("a\0:\0", 4)).find("UTF-16") != std::string::npos);
    CHECK(problem("a: \xff\n").find("line 1, column 4") == 0);
}

TEST_CASE("git's conflict markers are named as such, with their line") {
    CHECK(problem("a: 1\n<<<<<<< HEAD\nb: 2\n=======\nb: 3\n>>>>>>> other\n") == "line 2: a git conflict marker");
    CHECK(problem("a: {\r\n<<<<<<< HEAD\r\nb: 2,\r\n=======\r\nb: 3,\r\n>>>>>>> other\r\n}\r\n") ==
          "line 2: a git conflict marker");
    CHECK(problem("a: 1\n=======\nb: 3\n") == "line 2: a git conflict marker");
    CHECK(problem("a: 1\nb: 3\n>>>>>>> other\n") == "line 3: a git conflict marker");
    CHECK(problem("a: |\n  <<<<<<< HEAD\n  =======\n  >>>>>>> other\n") == "no error");
    CHECK(problem("a: [\n  ======= \n").find("conflict") == std::string::npos);
}

TEST_CASE("depth, size and count have limits") {
    CHECK(problem(std::string(10000, '[')) == "line 1, column 101: nested more than 100 levels deep");
    std::string braces;
    for (int index = 0; index < 10000; ++index) {
        braces += "{a: ";
    }
    CHECK(problem(braces).find("nested more than 100 levels deep") != std::string::npos);
    std::string dashes;
    for (int index = 0; index < 10000; ++index) {
        dashes += "- ";
    }
    CHECK(problem(dashes).find("nested more than 100 levels deep") != std::string::npos);
    CHECK(problem("a: 1\nb: 2\n", Limits{4, 100, 100}) == "the document has 10 bytes; the limit is 4");
    CHECK(problem("[1, 2, 3, 4]", Limits{100, 100, 3}).find("too many values") != std::string::npos);
    std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int index = 1; index < 10; ++index) {
        const std::string before = format("*a{}", index - 1);
        bomb += format("a{}: &a{} [{}", index, index, before);
        for (int copy = 0; copy < 9; ++copy) {
            bomb += ", " + before;
        }
        bomb += "]\n";
    }
    CHECK(problem(bomb).find("too many values") != std::string::npos);
}
