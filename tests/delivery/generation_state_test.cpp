#include "delivery/generation_state.hpp"

#include "base/error.hpp"

#include <catch2/catch.hpp>

using namespace bestow;
using namespace bestow::delivery;

TEST_CASE("a generation's record reads back as it was written", "[state]") {
    GenerationState state;
    state.host = "web";
    state.files = {{"a b/c", 1, 2, 0440, 5, false, "12ab"}, {"d", 4294967295U, 0, 0400, 0, true, "00"}};
    state.files[0].changed_at = 77;
    state.made_at = 99;
    state.provenance = {"abc", true, "2026-11-20T08:30:00Z"};
    state.files.front().restart = {"one.service", "two.service"};
    state.files.front().reload = {"three.service"};
    state.links = {"/etc/a b"};
    const GenerationState read = parse_state(encode_state(state));
    REQUIRE(encode_state(read) == encode_state(state));
    REQUIRE(read.find("a b/c")->gid == 2);
    REQUIRE(read.find("d")->owner_pending);
    REQUIRE(read.find("a b/c")->tag == "12ab");
    REQUIRE(read.find("a b/c")->restart == state.files.front().restart);
    REQUIRE(read.find("a b/c")->reload == state.files.front().reload);
    REQUIRE(read.find("x") == nullptr);
    REQUIRE(read.find("a b/c")->changed_at == 77);
    REQUIRE(read.made_at == 99);
    REQUIRE(read.provenance == state.provenance);
    state.provenance.time.clear();
    REQUIRE(parse_state(encode_state(state)).provenance == state.provenance);
    REQUIRE(encode_state(GenerationState()).find("from") == std::string::npos);
}

TEST_CASE("a record of the bestow before is understood", "[state]") {
    const GenerationState read = parse_state("bestow generation 2\nhost web\nfile 1 2 0440 5 1 12ab a b\nlink /x\n");
    REQUIRE(read.host == "web");
    REQUIRE(read.find("a b")->tag == "12ab");
    REQUIRE(read.find("a b")->owner_pending);
    REQUIRE(read.find("a b")->changed_at == 0);
    REQUIRE(read.made_at == 0);
    REQUIRE(read.links == std::vector<std::string>{"/x"});
}

TEST_CASE("a record of any other form is refused with its line", "[state]") {
    for (const char* text : {"", "x", "bestow generation 1\n", "bestow generation 2\nfile 1 2 0400 0 0 a\n",
                             "bestow generation 2\nfile x 2 0400 0 0 a a\n", "bestow generation 2\nwhat a\n",
                             "bestow generation 2\nfile 1 2 0800 0 0 a a\n", "bestow generation 2\nhost a",
                             "bestow generation 2\nmade 1\n", "bestow generation 3\nmade x\n",
                             "bestow generation 3\nfrom a 1\n", "bestow generation 3\nfile 1 2 0400 0 0 a a\n",

                             "bestow generation 3\nrestart u.service a\n",
                             "bestow generation 3\nfile 1 2 0400 0 0 0 a a\nrestart u.service b\n"}) {
        CAPTURE(text);
        REQUIRE_THROWS_AS(parse_state(text), Error);
    }
}

TEST_CASE("each unit is told once, a restart rather than a reload", "[state]") {
    Units units;
    units.add({"a"}, {"b", "c"});
    units.add({"b", "a"}, {"a", "c"});
    REQUIRE(units.restart == std::vector<std::string>{"a", "b"});
    REQUIRE(units.reload == std::vector<std::string>{"c"});
    REQUIRE(encode_units(parse_units(encode_units(units))) == "restart a\nrestart b\nreload c\n");
    units.add_awaited({"c", "a", "c"});
    REQUIRE(encode_units(parse_units(encode_units(units))) == "restart a\nrestart b\nreload c\nawait c\nawait a\n");
    REQUIRE(units_text(units) == "restart a\nrestart b\nreload c\n");
    REQUIRE_THROWS_AS(parse_units("stop a\n"), Error);
}
