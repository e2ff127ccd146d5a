#include "os/process_tree.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "os/monotonic_time.hpp"
#include "os/posix_calls.hpp"
#include "os/unique_fd.hpp"

#include <array>
#include <charconv>
#include <csignal>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bestow::os {
namespace {

constexpr std::int64_t kPatienceMilliseconds = 5000;

std::optional<std::string> try_read(const std::string& path) {
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.valid()) {
        return std::nullopt;
    }
    std::string text;
    std::array<char, 4096> chunk{};
    for (;;) {
        const ssize_t count = retry_interrupted([&] { return ::read(file.get(), chunk.data(), chunk.size()); });
        if (count <= 0) {
            return count < 0 ? std::nullopt : std::optional(text);
        }
        text.append(chunk.data(), static_cast<std::size_t>(count));
    }
}

std::optional<pid_t> pid_from(std::string_view text) {
    pid_t number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_whole = failure == std::errc() && end == text.data() + text.size();
    return is_whole && number > 0 ? std::optional(number) : std::nullopt;
}

/// "12 (a name) of any kind) S 7 ...": the parent is the second word after the name.
bool is_child_by_stat(std::string_view stat, pid_t parent) {
    const std::size_t end = stat.rfind(") ");
    const std::vector<std::string_view> words =
        end == std::string_view::npos ? std::vector<std::string_view>() : split(stat.substr(end + 2), ' ');
    return words.size() > 1 && pid_from(words[1]) == parent;
}

/// Where the kernel does not list a process's children (without CONFIG_PROC_CHILDREN).
std::vector<pid_t> children_by_search(pid_t parent) {
    std::vector<pid_t> found;
    const std::unique_ptr<DIR, int (*)(DIR*)> processes(::opendir("/proc"), ::closedir);
    while (const dirent* const entry = processes != nullptr ? ::readdir(processes.get()) : nullptr) {
        const std::optional<pid_t> pid = pid_from(entry->d_name);
        const std::optional<std::string> stat = pid ? try_read(format("/proc/{}/stat", *pid)) : std::nullopt;
        if (stat && is_child_by_stat(*stat, parent)) {
            found.push_back(*pid);
        }
    }
    return found;
}

std::vector<pid_t> children() {
    const std::optional<std::string> list = try_read("/proc/thread-self/children");
    if (!list) {
        return children_by_search(::getpid());
    }
    std::vector<pid_t> found;
    for (const std::string_view word : split(*list, ' ')) {
        if (const std::optional<pid_t> pid = pid_from(word)) {
            found.push_back(*pid);
        }
    }
    return found;
}

bool has_no_children() {
    siginfo_t found = {};
    return ::waitid(P_ALL, 0, &found, WEXITED | WNOHANG | WNOWAIT) != 0 && errno == ECHILD;
}

}  // namespace

ProcessTree::ProcessTree() {
    const std::vector<pid_t> before = children();
    foreign_.insert(before.begin(), before.end());
    (void)::prctl(PR_GET_CHILD_SUBREAPER, &was_subreaper_, 0, 0, 0);
    if (::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) {
        throw Error::system("cannot take in what a program leaves behind", errno);
    }
}

ProcessTree::~ProcessTree() {
    (void)end();
    (void)::prctl(PR_SET_CHILD_SUBREAPER, was_subreaper_, 0, 0, 0);
}

std::optional<int> ProcessTree::leader_status() const {
    siginfo_t state = {};
    const int failure = retry_interrupted(
        [&] { return ::waitid(P_PID, static_cast<id_t>(leader_), &state, WEXITED | WNOHANG | WNOWAIT); });
    if (failure != 0) {
        throw Error::system("cannot wait for a program", errno);
    }
    if (state.si_pid == 0) {
        return std::nullopt;
    }
    return state.si_code == CLD_EXITED ? state.si_status : 128 + state.si_status;
}

bool ProcessTree::end() noexcept {
    const std::int64_t deadline = monotonic_milliseconds() + kPatienceMilliseconds;
    constexpr timespec step = {0, 1'000'000};
    while (!kill_and_reap()) {
        if (monotonic_milliseconds() > deadline) {
            return false;
        }
        (void)::nanosleep(&step, nullptr);
    }
    return true;
}

/// A round: what a killed one had started comes to us, for the next. True when nothing was left to kill.
bool ProcessTree::kill_and_reap() noexcept {
    bool found = false;
    if (leader_ > 0) {
        (void)::kill(-leader_, SIGKILL);
        if (retry_interrupted([&] { return ::waitpid(leader_, nullptr, WNOHANG); }) != 0) {
            leader_ = -1;
        }
        found = true;
    }
    for (const pid_t pid : children()) {
        if (!foreign_.contains(pid)) {
            (void)::kill(pid, SIGKILL);
            (void)retry_interrupted([&] { return ::waitpid(pid, nullptr, WNOHANG); });
            found = true;
        }
    }
    // The list may lack one while others die; only where all children are the program's can the kernel be asked for
    // all.
    return !found && (!foreign_.empty() || has_no_children());
}

}  // namespace bestow::os
