#include "cli/go_flags.hpp"

#include "base/error.hpp"

#include <catch2/catch.hpp>

using namespace bestow;
using cli::GoFlag;

namespace {

struct Parsed {
    std::vector<std::string> values;
    bool armor = false;
    std::vector<std::string> rest;
};

Parsed parse(const std::vector<std::string>& words) {
    Parsed parsed;
    const std::vector<GoFlag> flags = {
        {{"a", "armor"}, {}, &parsed.armor},
        {{"o", "output"}, [&](const std::string& value) { parsed.values.push_back(value); }},
    };
    parsed.rest = cli::parse_go_flags(words, flags);
    return parsed;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("flags are read as Go reads them") {
    CHECK(parse({"-armor"}).armor);
    CHECK(parse({"--a"}).armor);
    CHECK_FALSE(parse({"-a", "--armor=false"}).armor);
    CHECK(parse({"-o", "x", "--output=y=z", "-o", "-a"}).values == Words{"x", "y=z", "-a"});
    CHECK(parse({"-o="}).values == Words{""});
    CHECK(parse({"-a", "in", "-a"}).rest == Words{"in", "-a"});
    CHECK(parse({"-"}).rest == Words{"-"});
    CHECK(parse({"--", "-a"}).rest == Words{"-a"});
    CHECK_FALSE(parse({"--", "-a"}).armor);
}

TEST_CASE("flags that Go refuses are refused, without echoing a value") {
    const Words words =
        GENERATE(Words{"-x"}, Words{"--ao", "x"}, Words{"-o"}, Words{"-a=perhaps"}, Words{"---a"}, Words{"-=x"});
    CHECK_THROWS_AS(parse(words), Error);
    CHECK_THROWS_WITH(parse({"-x=a-secret"}), Catch::Contains("-x") && !Catch::Contains("secret"));
}
