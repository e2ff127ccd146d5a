#include "os/bounded_run.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "os/monotonic_time.hpp"
#include "os/posix_calls.hpp"
#include "os/process_tree.hpp"
#include "os/unique_fd.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <optional>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bestow::os {
namespace {

constexpr std::size_t kChunkBytes = 4096;

struct Pipe {
    Pipe() {
        std::array<int, 2> ends = {-1, -1};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
            throw Error::system("cannot make a pipe", errno);
        }
        reading = UniqueFd(ends[0]);
        writing = UniqueFd(ends[1]);
    }
    UniqueFd reading, writing;
};

/// A signal that would end us is looked at between two steps, and strikes when this dies. SIGPIPE is ignored.
class HeldSignals {
  public:
    HeldSignals() {
        (void)::sigemptyset(&held_);
        for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM}) {
            (void)::sigaddset(&held_, signal);
        }
        (void)::sigprocmask(SIG_BLOCK, &held_, &old_mask_);
        struct sigaction ignore = {};
        ignore.sa_handler = SIG_IGN;
        (void)::sigaction(SIGPIPE, &ignore, &old_pipe_);
        fd_ = UniqueFd(::signalfd(-1, &held_, SFD_CLOEXEC));
    }
    ~HeldSignals() {
        (void)::sigaction(SIGPIPE, &old_pipe_, nullptr);
        (void)::sigprocmask(SIG_SETMASK, &old_mask_, nullptr);
    }
    HeldSignals(const HeldSignals&) = delete;
    HeldSignals& operator=(const HeldSignals&) = delete;
    [[nodiscard]] int fd() const { return fd_.get(); }

  private:
    sigset_t held_ = {};
    sigset_t old_mask_ = {};
    struct sigaction old_pipe_ = {};
    UniqueFd fd_;
};

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (const std::string& text : texts) {
        result.push_back(const_cast<char*>(text.c_str()));
    }
    result.push_back(nullptr);
    return result;
}

/// In a process group of its own, so that all of it can be killed.
pid_t start(const BoundedRun& run, const Pipe& input, const Pipe& output) {
    posix_spawn_file_actions_t actions;
    (void)::posix_spawn_file_actions_init(&actions);
    (void)::posix_spawn_file_actions_adddup2(&actions, input.reading.get(), STDIN_FILENO);
    (void)::posix_spawn_file_actions_adddup2(&actions, output.writing.get(), STDOUT_FILENO);
    (void)::posix_spawn_file_actions_addchdir_np(&actions, run.folder.c_str());
    posix_spawnattr_t attributes;
    (void)::posix_spawnattr_init(&attributes);
    sigset_t defaults;
    (void)::sigfillset(&defaults);
    sigset_t nothing;
    (void)::sigemptyset(&nothing);
    (void)::posix_spawnattr_setsigdefault(&attributes, &defaults);
    (void)::posix_spawnattr_setsigmask(&attributes, &nothing);
    (void)::posix_spawnattr_setpgroup(&attributes, 0);
    (void)::posix_spawnattr_setflags(&attributes,
                                     POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    const std::vector<char*> arguments = pointers(run.argv);
    const std::vector<char*> variables = pointers(run.environment);
    pid_t child = -1;
    const int failure =
        ::posix_spawn(&child, run.program.c_str(), &actions, &attributes, arguments.data(), variables.data());
    (void)::posix_spawnattr_destroy(&attributes);
    (void)::posix_spawn_file_actions_destroy(&actions);
    if (failure != 0) {
        throw Error::system(format("cannot run {}", quoted(run.program)), failure);
    }
    return child;
}

class Conversation {
  public:
    Conversation(const BoundedRun& run, Pipe& input, Pipe& output, const HeldSignals& signals, std::int64_t deadline)
        : rest_(run.input),
          limit_bytes_(run.limit_bytes),
          deadline_(deadline),
          input_(std::move(input.writing)),
          output_(std::move(output.reading)),
          signals_(signals) {
        (void)::fcntl(input_.get(), F_SETFL, O_NONBLOCK);
    }

    /// Until the output's end, or until it has been enough.
    BoundedEnd::Why hold() {
        for (;;) {
            if (rest_.empty()) {
                input_ = UniqueFd();
            }
            std::array<pollfd, 3> fds = {pollfd{output_.get(), POLLIN, 0}, pollfd{signals_.fd(), POLLIN, 0},
                                         pollfd{input_.valid() ? input_.get() : -1, POLLOUT, 0}};
            const std::int64_t left = deadline_ - monotonic_milliseconds();
            if (left <= 0 || fds_ready(fds, left) == 0 || (fds[1].revents & POLLIN) != 0) {
                return BoundedEnd::Why::TimedOut;
            }
            if (fds[2].revents != 0) {
                feed();
            }
            if (fds[0].revents != 0 && !take()) {
                return output_bytes_.size() > limit_bytes_ ? BoundedEnd::Why::TooLong : BoundedEnd::Why::Ended;
            }
        }
    }

    SecretBytes output() { return output_bytes_.finish(); }

  private:
    static int fds_ready(std::array<pollfd, 3>& fds, std::int64_t left) {
        return retry_interrupted([&] { return ::poll(fds.data(), fds.size(), static_cast<int>(left)); });
    }

    /// Who does not read what he gets is none the worse for it.
    void feed() {
        const ssize_t count = retry_interrupted([&] { return ::write(input_.get(), rest_.data(), rest_.size()); });
        if (count >= 0) {
            rest_ = rest_.subspan(static_cast<std::size_t>(count));
        } else if (errno != EAGAIN) {
            rest_ = {};
        }
    }

    bool take() {
        const ssize_t count =
            retry_interrupted([&] { return ::read(output_.get(), chunk_.writable().data(), chunk_.size()); });
        if (count < 0) {
            throw Error::system("cannot read what a program prints", errno);
        }
        output_bytes_.append(chunk_.view().first(static_cast<std::size_t>(count)));
        return count > 0 && output_bytes_.size() <= limit_bytes_;
    }

    ByteView rest_;
    std::size_t limit_bytes_;
    std::int64_t deadline_;
    UniqueFd input_;
    UniqueFd output_;
    const HeldSignals& signals_;
    SecretBytes chunk_{kChunkBytes};
    SecretBuilder output_bytes_;
};

/// Of a program that has closed its output: nullopt when it goes on all the same, until the deadline or a signal.
std::optional<int> status_until(const ProcessTree& tree, std::int64_t deadline, const HeldSignals& signals) {
    constexpr int step_milliseconds = 5;
    for (;;) {
        if (const std::optional<int> status = tree.leader_status()) {
            return status;
        }
        pollfd held = {signals.fd(), POLLIN, 0};
        const int ready = retry_interrupted([&] { return ::poll(&held, 1, step_milliseconds); });
        if (ready != 0 || monotonic_milliseconds() > deadline) {
            return std::nullopt;
        }
    }
}

/// What it closed its output with counts only when the rest of it has gone, too.
BoundedEnd converse(const BoundedRun& run, const HeldSignals& signals, ProcessTree& tree) {
    Pipe input;
    Pipe output;
    tree.set_leader(start(run, input, output));
    input.reading = UniqueFd();
    output.writing = UniqueFd();
    const std::int64_t deadline = monotonic_milliseconds() + std::int64_t{run.timeout_seconds} * 1000;
    Conversation conversation(run, input, output, signals, deadline);
    BoundedEnd end;
    end.why = conversation.hold();
    if (end.why != BoundedEnd::Why::Ended) {
        return end;
    }
    const std::optional<int> status = status_until(tree, deadline, signals);
    if (!status) {
        end.why = BoundedEnd::Why::TimedOut;
        return end;
    }
    end.status = *status;
    end.output = conversation.output();
    return end;
}

}  // namespace

BoundedEnd run_bounded(const BoundedRun& run) {
    require(run.program.starts_with('/') && !run.argv.empty() && !run.folder.empty(),
            "a program and its folder have names");
    const HeldSignals signals;
    ProcessTree tree;
    BoundedEnd end = converse(run, signals, tree);
    if (!tree.end()) {
        throw Error(ErrorKind::Failed, format("not everything that {} started could be ended", quoted(run.program)),
                    "look for its processes and end them");
    }
    return end;
}

}  // namespace bestow::os
