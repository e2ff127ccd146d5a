#include "os/bounded_run.hpp"

#include "base/error.hpp"
#include "support/temporary_folder.hpp"

#include <csignal>
#include <string>

#include <catch2/catch.hpp>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace bestow;
using namespace bestow::os;

namespace {

BoundedEnd shell(const std::string& script, ByteView input = {}, unsigned timeout_seconds = 20) {
    BoundedRun run;
    run.program = "/bin/sh";
    run.argv = {"sh", "-c", script};
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

/// Leaves its group, its session and its parent, writes its number into the file PID and stays for a minute.
std::string stray(const test::TemporaryFolder& folder) {
    const std::string file = folder.text() + "/PID";
    return "setsid sh -c 'setsid sleep 60 </dev/null >/dev/null 2>&1 & echo $! > " + file + ".new; mv " + file +
           ".new " + file + "' >/dev/null & while ! [ -e " + file + " ]; do sleep 0.01; done; ";
}

bool is_there(pid_t pid) {
    return ::kill(pid, 0) == 0;
}

pid_t stray_of(const test::TemporaryFolder& folder) {
    return static_cast<pid_t>(std::stol(folder.read("PID")));
}

/// 0 for one that ends otherwise, or does not for longer than anything here takes.
int signal_that_ended(pid_t child) {
    int state = 0;
    for (int i = 0; i < 3000; ++i) {
        if (::waitpid(child, &state, WNOHANG) == child) {
            return WIFSIGNALED(state) ? WTERMSIG(state) : 0;
        }
        (void)::usleep(10'000);
    }
    (void)::kill(child, SIGKILL);
    (void)::waitpid(child, &state, 0);
    return 0;
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
    run.program = "/no/such/program";
    run.argv = {"program"};
    run.folder = "/";
    run.timeout_seconds = 1;
    CHECK_THROWS_AS(run_bounded(run), Error);
}

TEST_CASE("what leaves its group and session is ended like the rest", "[os]") {
    {
        const test::TemporaryFolder folder;
        CHECK(shell(stray(folder) + "sleep 60", {}, 2).why == BoundedEnd::Why::TimedOut);
        CHECK_FALSE(is_there(stray_of(folder)));
    }
    {
        const test::TemporaryFolder folder;
        CHECK(shell(stray(folder) + "yes").why == BoundedEnd::Why::TooLong);
        CHECK_FALSE(is_there(stray_of(folder)));
    }
    {
        const test::TemporaryFolder folder;
        CHECK(output_of(shell(stray(folder) + "echo done")) == "done\n");
        CHECK_FALSE(is_there(stray_of(folder)));
    }
}

TEST_CASE("many that keep forking are ended", "[os]") {
    const test::TemporaryFolder folder;
    const std::string script =
        "for i in 1 2 3 4 5 6 7 8; do (setsid sh -c 'while :; do sleep 60 & sleep 0.01; done' &) "
        ">/dev/null 2>&1; done; sleep 0.3; echo done";
    CHECK(output_of(shell(script)) == "done\n");
    CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);  // nothing came back to us that was not ended
}

TEST_CASE("children that were there before are let live, and nothing is taken in any more", "[os]") {
    const pid_t before = ::fork();
    REQUIRE(before >= 0);
    if (before == 0) {
        (void)::pause();
        ::_exit(0);
    }
    CHECK(output_of(shell("sleep 60 >/dev/null & echo done")) == "done\n");
    CHECK(is_there(before));
    CHECK(::waitpid(before, nullptr, WNOHANG) == 0);
    (void)::kill(before, SIGKILL);
    CHECK(::waitpid(before, nullptr, 0) == before);
    int takes_in = 1;
    CHECK(::prctl(PR_GET_CHILD_SUBREAPER, &takes_in, 0, 0, 0) == 0);
    CHECK(takes_in == 0);
}

TEST_CASE("a signal is looked at before and after a program has closed its output", "[os]") {
    for (const std::string closing : {"", "exec >&-; "}) {
        const test::TemporaryFolder folder;
        const pid_t runner = ::fork();
        REQUIRE(runner >= 0);
        if (runner == 0) {
            (void)::signal(SIGINT, SIG_DFL);  // a test harness may ignore it
            (void)shell(closing + stray(folder) + "sleep 600", {}, 600);
            ::_exit(0);
        }
        for (int i = 0; i < 2000 && !folder.has("PID"); ++i) {
            (void)::usleep(10'000);
        }
        (void)::kill(runner, SIGINT);
        CHECK(signal_that_ended(runner) == SIGINT);
        CHECK_FALSE(is_there(stray_of(folder)));
    }
}
