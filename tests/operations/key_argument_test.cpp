#include "operations/key_argument.hpp"

#include "base/error.hpp"

#include <catch2/catch.hpp>

using bestow::Error;
using bestow::document::KeyPath;
using bestow::document::to_text;
using bestow::operations::parse_key_argument;

TEST_CASE("a key argument is mapping keys and indices") {
    CHECK(parse_key_argument(".").empty());
    CHECK(parse_key_argument("a") == KeyPath{"a"});
    CHECK(parse_key_argument("a.b[0].c") == KeyPath{"a", "b", std::size_t{0}, "c"});
    CHECK(parse_key_argument("api-key") == KeyPath{"api-key"});
    CHECK(parse_key_argument("a/b") == KeyPath{"a/b"});
    CHECK(parse_key_argument("with space") == KeyPath{"with space"});
    CHECK(parse_key_argument("'a.b'.c") == KeyPath{"a.b", "c"});
    CHECK(parse_key_argument("c.\"a.b\"") == KeyPath{"c", "a.b"});
    CHECK(parse_key_argument("'it[0]'[1]") == KeyPath{"it[0]", std::size_t{1}});
}

TEST_CASE("a key argument may be in sops's words") {
    CHECK(parse_key_argument(R"(["a"]["b.c"][2])") == KeyPath{"a", "b.c", std::size_t{2}});
}

TEST_CASE("what messages print is a key argument") {
    for (const KeyPath& path : {KeyPath{"a", "b", std::size_t{3}}, KeyPath{"a.b", "c d"}, KeyPath{}}) {
        CHECK(parse_key_argument(to_text(path)) == path);
    }
}

TEST_CASE("a malformed key argument is refused with its column") {
    for (const char* text : {"", "a.", ".a", "a..b", "a[", "a[x]", "a[1", "a[-1]", "'a", "a'b", "[\"a\"", "a[0]b",
                             "a[99999999999999999999999]", "a]"}) {
        INFO(text);
        CHECK_THROWS_AS(parse_key_argument(text), Error);
    }
    CHECK_THROWS_AS(parse_key_argument(std::string(5000, 'a')), Error);
    CHECK_THROWS_WITH(parse_key_argument("a.[0]"), Catch::Contains("column 3"));
}
