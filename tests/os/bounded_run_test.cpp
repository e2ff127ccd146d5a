#include "os/bounded_run.hpp"

#include "base/error.hpp"

#include <catch2/catch.hpp>

using namespace bestow;
using namespace bestow::os;

namespace {

BoundedEnd shell(const std::string& script, ByteView input = {}, unsigned timeout_seconds = 20) {
    BoundedRun run;
    run.argv = {"/bin/sh", "-c", script};
    run.environment = {"PATH=/usr/bin:/bin", "ONLY=this"};
    run.folder = "/";
    run.input = input;
    run.limit_bytes = 100'000;
    run.timeout_seconds = timeout_seconds;
    return run_bounded(run);
}

std::string output_of(const BoundedEnd& end) {
    return std::string(as_text(end.output.view()));
}

}  // namespace

TEST_CASE("a bounded program gets its input, its environment and its folder, and nothing else", "[os]") {
    CHECK(output_of(shell("cat", as_bytes("given"))) == "given");
    CHECK(output_of(shell("pwd; echo $ONLY$HOME")) == "/\nthis\n");
    CHECK(shell("exit 7").status == 7);
    CHECK(shell("kill -TERM $$").status == 128 + 15);
    CHECK(shell("exit 0").output.empty());
}

TEST_CASE("input and output that are larger than a pipe neither block nor are cut", "[os]") {
    const std::string large(90'000, 'x');
    CHECK(output_of(shell("cat", as_bytes(large))) == large);
    // Who reads nothing is none the worse for it.
    CHECK(output_of(shell("echo done", as_bytes(large))) == "done\n");
}

TEST_CASE("too much and too long end a program, and whatever it started", "[os]") {
    CHECK(shell("head -c 100001 /dev/zero").why == BoundedEnd::Why::TooLong);
    CHECK(shell("head -c 100000 /dev/zero").why == BoundedEnd::Why::Ended);
    CHECK(shell("yes").why == BoundedEnd::Why::TooLong);
    CHECK(shell("sleep 60", {}, 1).why == BoundedEnd::Why::TimedOut);
    CHECK(shell("echo early; sleep 60 & exit 0", {}, 1).why == BoundedEnd::Why::TimedOut);
    CHECK(shell("exec >&-; sleep 60", {}, 1).why == BoundedEnd::Why::TimedOut);
    CHECK(shell("sleep 60", {}, 1).output.empty());
}

TEST_CASE("a program that is not there is an error", "[os]") {
    BoundedRun run;
    run.argv = {"/no/such/program"};
    run.folder = "/";
    run.timeout_seconds = 1;
    CHECK_THROWS_AS(run_bounded(run), Error);
}
