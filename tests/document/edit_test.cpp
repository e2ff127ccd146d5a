#include "document/edit.hpp"

#include "base/error.hpp"
#include "document/yaml.hpp"

#include <catch2/catch.hpp>

using namespace bestow;
using namespace bestow::document;

namespace {

using Keys = std::vector<std::string>;

Document parsed(const std::string& text) {
    return parse_yaml(text, Aliases::Expand);
}
std::string with(const std::string& text, const Keys& path, const std::string& value) {
    std::string result = yaml_with_value(parsed(text), path, value);
    (void)parsed(result);
    return result;
}
std::string without(const std::string& text, const Keys& path) {
    std::string result = yaml_without_member(parsed(text), path);
    (void)parsed(result);
    return result;
}

}  // namespace

TEST_CASE("splices replace spans and leave every other byte") {
    Splices splices;
    CHECK(splices.empty());
    splices.replace({6, 6}, "X");
    splices.replace({0, 2}, "");
    splices.replace({3, 5}, "DEE");
    CHECK(splices.apply("abcdefg") == "cDEEfXg");
    splices.replace({4, 6}, "overlap");
    CHECK_THROWS_AS(splices.apply("abcdefg"), Error);
}

TEST_CASE("a value is replaced in its place") {
    CHECK(with("a: 1 # one\nb: 2\n", {"a"}, "x") == "a: x # one\nb: 2\n");
    CHECK(with("a: 'q' \r\nb: 2\r\n", {"a"}, "x") == "a: x \r\nb: 2\r\n");
    CHECK(with("a:\n  b: 1\n  c: 2\nd: 3\n", {"a"}, "[]") == "a: []\nd: 3\n");
    CHECK(with("a:\n  - 1\n", {"a"}, "x") == "a: x\n");
    CHECK(with("a:\nb: 2\n", {"a"}, "x") == "a: x\nb: 2\n");
    CHECK(with("a: |\n  one\n  two\n\nb: 2\n", {"a"}, "x") == "a: x\n\nb: 2\n");
    CHECK(with("a: {b: 1, c: [1, 2]}\n", {"a", "c"}, "x") == "a: {b: 1, c: x}\n");
}

TEST_CASE("a new member goes behind the last one, indented like it") {
    CHECK(with("a: 1\nb: 2 # two\n\n# end\n", {"c"}, "3") == "a: 1\nb: 2 # two\nc: 3\n\n# end\n");
    CHECK(with("a: 1", {"b"}, "2") == "a: 1\nb: 2");
    CHECK(with("h:\n    x: 1\n    y:\n        - 1\n    # tail\nz: 1\n", {"h", "m"}, "{k: v}") ==
          "h:\n    x: 1\n    y:\n        - 1\n    m: {k: v}\n    # tail\nz: 1\n");
    CHECK(with("h:\r\n  x: 1\r\nz: 1\r\n", {"h", "m"}, "2") == "h:\r\n  x: 1\r\n  m: 2\r\nz: 1\r\n");
    CHECK(with("h: {a: 1, b: 2}\n", {"h", "m"}, "3") == "h: {a: 1, b: 2, m: 3}\n");
    CHECK(with("h: {\n  a: 1,\n  b: 2\n}\n", {"h", "m"}, "3") == "h: {\n  a: 1,\n  b: 2,\n  m: 3\n}\n");
    CHECK(with("h: {a, b}\n", {"h", "m"}, "3") == "h: {a, b, m: 3}\n");
    CHECK(with("a: |+\n  x\n\n\n", {"b"}, "2") == "a: |+\n  x\n\n\nb: 2\n");
}

TEST_CASE("missing mappings are made on the way") {
    CHECK(with("a: 1\n", {"h", "web", "keys"}, "[x]") == "a: 1\nh:\n  web:\n    keys: [x]\n");
    CHECK(with("a:\n    b: 1\n", {"h", "web"}, "x") == "a:\n    b: 1\nh:\n    web: x\n");
    CHECK(with("h:\nz: 1\n", {"h", "web"}, "x") == "h:\n  web: x\nz: 1\n");
    CHECK(with("h: # machines\nz: 1\n", {"h", "web"}, "x") == "h: # machines\n  web: x\nz: 1\n");
    CHECK(with("h: {}\nz: 1\n", {"h", "web"}, "x") == "h:\n  web: x\nz: 1\n");
    CHECK(with("h: {s: {}}\n", {"h", "s", "t", "u"}, "x") == "h: {s: {t: {u: x}}}\n");
    CHECK(with("", {"a", "b"}, "1") == "a:\n  b: 1\n");
    CHECK(with("# only this", {"a"}, "1") == "# only this\na: 1\n");
    CHECK(with("{}\n", {"a"}, "1") == "a: 1\n");
    CHECK(with("a: 1\n", {"k: e", "true"}, "1") == "a: 1\n\"k: e\":\n  \"true\": 1\n");
    CHECK_THROWS_AS(with("a: 1\n", {"a", "b"}, "1"), Error);
    CHECK_THROWS_AS(with("a: &x {k: 1}\nb: *x\n", {"b", "k"}, "1"), Error);
}

TEST_CASE("list items are set, appended and removed") {
    const auto with_item = [](const std::string& text, const KeyPath& path) {
        return yaml_with_value_at(parsed(text), path, "x");
    };
    CHECK(with_item("l:\n  - 1\n  - 2 # two\n", {"l", std::size_t{1}}) == "l:\n  - 1\n  - x # two\n");
    CHECK(with_item("l:\n  - 1\n  - 2\nz: 1\n", {"l", std::size_t{2}}) == "l:\n  - 1\n  - 2\n  - x\nz: 1\n");
    CHECK(with_item("l:\n- a: 1\n", {"l", std::size_t{0}, "b"}) == "l:\n- a: 1\n  b: x\n");
    CHECK(with_item("l: [1, 2]\n", {"l", std::size_t{2}}) == "l: [1, 2, x]\n");
    CHECK(with_item("a: 1\n", {"l", std::size_t{0}}) == "a: 1\nl:\n  - x\n");
    CHECK(with_item("l:\nz: 1\n", {"l", std::size_t{0}}) == "l:\n  - x\nz: 1\n");
    CHECK(with_item("h: {l: []}\n", {"h", "l", std::size_t{0}}) == "h: {l: [x]}\n");
    CHECK_THROWS_AS(with_item("l: [1, 2]\n", {"l", std::size_t{3}}), Error);
    CHECK(yaml_without_value_at(parsed("l:\n  - 1\n  # two\n  - 2\n  - 3\n"), {"l", std::size_t{1}}) ==
          "l:\n  - 1\n  - 3\n");
    CHECK(yaml_without_value_at(parsed("l: [1, 2, 3]\n"), {"l", std::size_t{0}}) == "l: [2, 3]\n");
}

TEST_CASE("an index does not count items that stand for comments") {
    const EditRules rules{{}, [](const Node& item) { return item.text.rfind("COMMENT", 0) == 0; }};
    const std::string list = "l:\n  - COMMENT 1\n  - a\n  - COMMENT 2\n  - b\n  - COMMENT 3\nz: 1\n";
    const auto with_item = [&](const std::string& text, std::size_t index) {
        return yaml_with_value_at(parsed(text), {"l", index}, "x", rules);
    };
    const auto without_item = [&](const std::string& text, std::size_t index) {
        return yaml_without_value_at(parsed(text), {"l", index}, rules);
    };
    CHECK(with_item(list, 0) == "l:\n  - COMMENT 1\n  - x\n  - COMMENT 2\n  - b\n  - COMMENT 3\nz: 1\n");
    CHECK(with_item(list, 1) == "l:\n  - COMMENT 1\n  - a\n  - COMMENT 2\n  - x\n  - COMMENT 3\nz: 1\n");
    CHECK(with_item(list, 2) == "l:\n  - COMMENT 1\n  - a\n  - COMMENT 2\n  - b\n  - x\n  - COMMENT 3\nz: 1\n");
    CHECK(with_item("l:\n  - COMMENT\nz: 1\n", 0) == "l:\n  - COMMENT\n  - x\nz: 1\n");
    CHECK_THROWS_WITH(with_item(list, 3), "there is no l[3]: the list has 2 items");
    CHECK(without_item(list, 0) == "l:\n  - COMMENT 2\n  - b\n  - COMMENT 3\nz: 1\n");
    CHECK(without_item(list, 1) == "l:\n  - COMMENT 1\n  - a\n  - COMMENT 3\nz: 1\n");
    CHECK(without_item("l:\n  - COMMENT\n\n  - a\n  - b\n", 0) == "l:\n  - COMMENT\n\n  - b\n");
    CHECK(without_item("l:\n  - COMMENT\n  - a\nz: 1\n", 0) == "l: []\nz: 1\n");
    CHECK_THROWS_WITH(without_item(list, 2), "there is no l[2]: the list has 2 items");
    CHECK_THROWS_WITH(without_item("l: [a]\n", 7), "there is no l[7]: the list has 1 item");
}

TEST_CASE("the root's last member may be kept last") {
    CHECK(yaml_with_value_at(parsed("a: 1\nsops:\n    v: 1\n"), {"b"}, "2", {"sops"}) ==
          "a: 1\nb: 2\nsops:\n    v: 1\n");
    CHECK(yaml_with_value_at(parsed("\xef\xbb\xbf"
                                    "sops:\n    v: 1\n"),
                             {"b"}, "2", {"sops"}) ==
          "\xef\xbb\xbf"
          "b: 2\nsops:\n    v: 1\n");
    CHECK(yaml_with_value_at(parsed("sops:\n    v: 1\n"), {"b", "c"}, "2", {"sops"}) ==
          "b:\n  c: 2\nsops:\n    v: 1\n");
}

TEST_CASE("a member is removed with the comments directly above it") {
    CHECK(without("a: 1\n# b's\n# comment\nb: 2\nc: 3\n", {"b"}) == "a: 1\nc: 3\n");
    CHECK(without("a: 1\n# apart\n\nb: 2 # two\nc: 3\n", {"b"}) == "a: 1\n# apart\n\nc: 3\n");
    CHECK(without("a: 1\nb:\n  x: 1\n  # in b\n# c's\nc: 3\n", {"b"}) == "a: 1\n# c's\nc: 3\n");
    CHECK(without("a: 1\r\nb: 2\r\nc: 3\r\n", {"b"}) == "a: 1\r\nc: 3\r\n");
    CHECK(without("h: {a: 1, b: 2, c: 3}\n", {"h", "b"}) == "h: {a: 1, c: 3}\n");
    CHECK(without("h: {a: 1, b: 2}\n", {"h", "b"}) == "h: {a: 1}\n");
    CHECK(without("h: {a: 1}\n", {"h", "a"}) == "h: {}\n");
    CHECK(without("h:\n  a: 1\nz: 1\n", {"h", "a"}) == "h: {}\nz: 1\n");
    CHECK(without("a: 1\n", {"a"}) == "{}\n");
    CHECK(without("a: |\n  x\nb: |\n  y\n\nc: 1\n", {"b"}) == "a: |\n  x\n\nc: 1\n");
    CHECK_THROWS_AS(without("a: 1\n", {"b"}), Error);
    CHECK(yaml_without_value_at(parsed("l:\n- a: 1\n  b: 2\n"), {"l", std::size_t{0}, "a"}) == "l:\n- b: 2\n");
}

TEST_CASE("a key is renamed in its place") {
    CHECK(yaml_with_renamed_key(parsed("# c\n'a b': {x: 1} # d\n"), {"a b"}, "new/name") ==
          "# c\nnew/name: {x: 1} # d\n");
    CHECK(yaml_with_renamed_key(parsed("h: {a: 1}\n"), {"h", "a"}, "b:c") == "h: {\"b:c\": 1}\n");
    CHECK_THROWS_AS(yaml_with_renamed_key(parsed("a: 1\n"), {"b"}, "c"), Error);
}
