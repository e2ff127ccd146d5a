#include "history/repository.hpp"

#include <catch2/catch.hpp>

using namespace bestow::history;

TEST_CASE("paths of a repository are named from the store, wherever in it they lie", "[history]") {
    REQUIRE(prefix_below("/srv", "/srv").empty());
    REQUIRE(prefix_below("/srv", "/srv/stores/home") == "stores/home/");
    REQUIRE(prefix_below("/", "/store") == "store/");
    REQUIRE(name_from_store("", "secrets/a.yaml") == "secrets/a.yaml");
    REQUIRE(name_from_store("stores/home/", "stores/home/secrets/a.yaml") == "secrets/a.yaml");
    REQUIRE(name_from_store("stores/home/", "secrets/a.yaml") == "../../secrets/a.yaml");
    REQUIRE(name_from_store("stores/home/", "stores/homely/a.yaml") == "../../stores/homely/a.yaml");
}
