#include "base/text.hpp"

#include "base/error.hpp"

#include <catch2/catch.hpp>

using namespace bestow;

TEST_CASE("a word that is nearly right finds its neighbour, a strange one finds none", "[base]") {
    const std::vector<std::string> words = {"owner", "group", "mode"};
    REQUIRE(nearest_word("onwer", words) == "owner");
    REQUIRE(nearest_word("mod", words) == "mode");
    REQUIRE(nearest_word("evn", {"env", "x"}) == "env");
    REQUIRE(nearest_word("x", {"a", "b"}) == std::nullopt);
    REQUIRE(nearest_word("completely-different", words) == std::nullopt);
    REQUIRE(did_you_mean("grop", words) == "; did you mean 'group'?");
}

TEST_CASE("quoted text cannot disturb a terminal or a log", "[base]") {
    REQUIRE(quoted("a\x1b[31m\nb") == "'a\\x1b[31m\\x0ab'");
    REQUIRE(quoted(std::string(200, 'x')) == "'" + std::string(120, 'x') + "...'");
}

TEST_CASE("split and trim", "[base]") {
    REQUIRE(split("a//b", '/') == std::vector<std::string_view>{"a", "", "b"});
    REQUIRE(split("", '/') == std::vector<std::string_view>{""});
    REQUIRE(trim(" \t a b\r\n") == "a b");
    REQUIRE(trim(" \n").empty());
}

TEST_CASE("a file's name cannot forge a line of a message", "[base]") {
    Error error(ErrorKind::Format, "broken");
    error.add_context("a\nbestow: all is well\x1b.yaml");
    REQUIRE(error.full_message() == "a\\x0abestow: all is well\\x1b.yaml: broken");
}

TEST_CASE("an error's context grows outwards and its kind decides the exit status", "[base]") {
    Error error(ErrorKind::Authentication, "the MAC does not match");
    error.add_context("key path db.password").add_context("secrets/db.yaml");
    REQUIRE(error.full_message() == "secrets/db.yaml: key path db.password: the MAC does not match");
    REQUIRE(std::string(error.what()) == error.full_message());
    REQUIRE(exit_status(error.kind()) == 1);
    REQUIRE(exit_status(ErrorKind::Policy) == 2);
    REQUIRE(exit_status(Error(ErrorKind::System, "x").mark_partial().kind()) == 4);
    REQUIRE(exit_status(ErrorKind::NoIdentity) == 5);
}
