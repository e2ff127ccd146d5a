#include "cli/shown.hpp"

#include <catch2/catch.hpp>

using bestow::cli::shown_line;
using bestow::cli::shown_text;

TEST_CASE("text in any language stays readable") {
    CHECK(shown_line("Zürich/schlüssel 鍵.yaml 'x' \\") == "Zürich/schlüssel 鍵.yaml 'x' \\");
}

TEST_CASE("nothing that a terminal obeys is shown as it is") {
    CHECK(shown_line("a\x1b[2Kb") == "a\\x1b[2Kb");
    CHECK(shown_line("a\rb\bc\x7f") == "a\\x0db\\x08c\\x7f");
    CHECK(shown_line("\xc2\x9b"
                     "2K") == "\\u009b2K");
    CHECK(shown_line("\x9b"
                     "2K\xc3") == "\\x9b2K\\xc3");
    CHECK(shown_line("a\xe2\x80\xae"
                     "b") == "a\\u202eb");
    CHECK(shown_line(std::string_view("a\0b", 3)) == "a\\x00b");
}

TEST_CASE("a message keeps its lines, a field is one line") {
    CHECK(shown_text("a\n\tb\x1b") == "a\n\tb\\x1b");
    CHECK(shown_line("a\nb\tc") == "a\\x0ab\\x09c");
}
