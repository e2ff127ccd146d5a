#include "operations/shell_words.hpp"

#include "base/error.hpp"

#include <catch2/catch.hpp>

using namespace bestow;
using operations::split_shell_words;
using Words = std::vector<std::string>;

TEST_CASE("words are split as a shell splits them, and nothing is replaced in them") {
    CHECK(split_shell_words("pass show age") == Words{"pass", "show", "age"});
    CHECK(split_shell_words("  a\tb\n c ") == Words{"a", "b", "c"});
    CHECK(split_shell_words(R"(cat '/home/a b/key' "x y")") == Words{"cat", "/home/a b/key", "x y"});
    CHECK(split_shell_words(R"(a\ b 'c\' "d\"e" f"g"'h')") == Words{"a b", "c\\", "d\"e", "fgh"});
    CHECK(split_shell_words(R"(sh -c 'echo $X; *')") == Words{"sh", "-c", "echo $X; *"});
    CHECK(split_shell_words("a '' \"\"") == Words{"a", "", ""});
    CHECK(split_shell_words("a # b\nc d#e") == Words{"a", "c", "d#e"});
    CHECK(split_shell_words("").empty());
    CHECK(split_shell_words(" # nothing").empty());
}

TEST_CASE("what a shell would go on reading is refused") {
    CHECK_THROWS_AS(split_shell_words("a 'b"), Error);
    CHECK_THROWS_AS(split_shell_words("a \"b"), Error);
    CHECK_THROWS_AS(split_shell_words("a \\"), Error);
}
