#include "base/path.hpp"

#include <catch2/catch.hpp>

using namespace bestow;

TEST_CASE("a cleaned path leads to the same place, by text alone", "[path]") {
    REQUIRE(clean_path("/run//secrets/./a/") == "/run/secrets/a");
    REQUIRE(clean_path("/run/x/../secrets") == "/run/secrets");
    REQUIRE(clean_path("/../../etc") == "/etc");
    REQUIRE(clean_path("a/../../b") == "../b");
    REQUIRE(clean_path("/") == "/");
    REQUIRE(clean_path("").empty());
}

TEST_CASE("a path climbs when it has a component of two dots", "[path]") {
    REQUIRE(climbs("../a"));
    REQUIRE(climbs("a/../b"));
    REQUIRE_FALSE(climbs("a/..b/c.."));
}
