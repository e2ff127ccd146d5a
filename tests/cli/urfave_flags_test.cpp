#include "cli/urfave_flags.hpp"

#include "base/error.hpp"
#include "os/posix_system.hpp"

#include <cstdlib>

#include <catch2/catch.hpp>

using namespace bestow;
using cli::FlagKind;
using cli::FlagOrder;
using cli::FlagValues;

namespace {

using Words = std::vector<std::string>;

const std::vector<cli::UrfaveFlag> kFlags = {
    {{"in-place", "i"}, FlagKind::Boolean, {}, "false"},
    {{"check"}, FlagKind::Boolean, "BESTOW_TEST_CHECK", "true"},
    {{"age", "a"}, FlagKind::Text, "BESTOW_TEST_AGE", {}},
    {{"indent"}, FlagKind::Number, {}, "0"},
};

FlagValues parse(const Words& words, FlagOrder order = FlagOrder::Anywhere) {
    os::PosixSystem system;
    return cli::parse_urfave_flags(system, kFlags, words, order);
}

}  // namespace

TEST_CASE("a command's flags may stand behind its arguments") {
    const FlagValues values = parse({"file", "--age", "x", "-i"});
    CHECK(values.arguments() == Words{"file"});
    CHECK(values.text("age") == "x");
    CHECK(values.boolean("in-place"));
    CHECK(parse({"file", "-i"}, FlagOrder::BeforeArguments).arguments() == Words{"file", "-i"});
}

TEST_CASE("a word behind a flag moves with it, whether the flag takes one or not") {
    const FlagValues values = parse({"one", "-i", "two"});
    CHECK(values.arguments() == Words{"two", "one"});
}

TEST_CASE("what comes behind two dashes is no flag") {
    CHECK(parse({"--", "-i"}).arguments() == Words{"-i"});
    CHECK(parse({"file", "--", "-i"}).arguments() == Words{"file", "-i"});
}

TEST_CASE("unknown flags are errors before the arguments, and arguments behind them") {
    CHECK_THROWS_AS(parse({"--nonsense", "file"}), Error);
    CHECK(parse({"file", "--nonsense"}).arguments() == Words{"file", "--nonsense"});
}

TEST_CASE("one flag by two of its names is an error") {
    CHECK_THROWS_AS(parse({"-i", "--in-place", "file"}), Error);
    CHECK(parse({"-i", "-i", "file"}).boolean("in-place"));
}

TEST_CASE("numbers are numbers") {
    CHECK(parse({"--indent", "-1"}).text("indent") == "-1");
    CHECK(parse({"--indent=2"}).given("indent"));
    CHECK_FALSE(parse({}).given("indent"));
    CHECK_THROWS_AS(parse({"--indent", "x"}), Error);
}

TEST_CASE("the environment stands for flags that are not given") {
    ::setenv("BESTOW_TEST_AGE", "from outside", 1);
    CHECK(parse({}).text("age") == "from outside");
    CHECK(parse({"-a", "inside"}).text("age") == "inside");
    ::unsetenv("BESTOW_TEST_AGE");
    CHECK(parse({}).boolean("check"));
    ::setenv("BESTOW_TEST_CHECK", "", 1);
    CHECK_FALSE(parse({}).boolean("check"));
    ::setenv("BESTOW_TEST_CHECK", "perhaps", 1);
    CHECK_THROWS_AS(parse({}), Error);
    ::unsetenv("BESTOW_TEST_CHECK");
}
