#include "os/launch.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "os/posix_calls.hpp"
#include "os/unique_fd.hpp"

#include <algorithm>
#include <array>
#include <csignal>

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bestow::os {
namespace {

constexpr long kLookAgainNanoseconds = 5'000'000;

/// For C, which takes pointers to non-const and does not write through them.
std::vector<char*> argument_pointers(const std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (const std::string& text : texts) {
        pointers.push_back(const_cast<char*>(text.c_str()));
    }
    pointers.push_back(nullptr);
    return pointers;
}

/// Copies with the zero byte at the end that C wants, still in locked memory.
class EnvironmentBlock {
  public:
    explicit EnvironmentBlock(const std::vector<SecretBytes>& variables) {
        for (const SecretBytes& variable : variables) {
            SecretBuilder text;
            text.append(variable.view());
            text.append(std::string_view("\0", 1));
            texts_.push_back(text.finish());
        }
        for (SecretBytes& text : texts_) {
            pointers_.push_back(reinterpret_cast<char*>(text.writable().data()));
        }
        pointers_.push_back(nullptr);
    }
    [[nodiscard]] char* const* data() const { return pointers_.data(); }

  private:
    std::vector<SecretBytes> texts_;
    std::vector<char*> pointers_;
};

sigset_t set_of(std::initializer_list<int> signals) {
    sigset_t set;
    (void)::sigemptyset(&set);
    for (const int signal : signals) {
        (void)::sigaddset(&set, signal);
    }
    return set;
}

pid_t spawn(const Launch& launch) {
    const std::vector<char*> arguments = argument_pointers(launch.argv);
    const EnvironmentBlock environment(launch.environment);
    posix_spawnattr_t attributes;
    (void)::posix_spawnattr_init(&attributes);
    const sigset_t defaults = set_of({SIGINT, SIGQUIT, SIGPIPE});
    const sigset_t nothing = set_of({});
    (void)::posix_spawnattr_setsigdefault(&attributes, &defaults);
    (void)::posix_spawnattr_setsigmask(&attributes, &nothing);
    (void)::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    pid_t child = -1;
    const int failure =
        ::posix_spawnp(&child, launch.argv.front().c_str(), nullptr, &attributes, arguments.data(), environment.data());
    (void)::posix_spawnattr_destroy(&attributes);
    if (failure != 0) {
        throw Error::system(format("cannot run {}", quoted(launch.argv.front())), failure);
    }
    return child;
}

/// What a terminal sends goes to the child by itself; what is sent to us is passed on.
class PassedSignals {
  public:
    PassedSignals() {
        (void)::sigprocmask(SIG_BLOCK, &awaited_, &old_mask_);
        struct sigaction ignore = {};
        ignore.sa_handler = SIG_IGN;
        (void)::sigaction(SIGINT, &ignore, &old_interrupt_);
        (void)::sigaction(SIGQUIT, &ignore, &old_quit_);
        (void)::sigaction(SIGPIPE, &ignore, &old_pipe_);
    }
    ~PassedSignals() {
        (void)::sigaction(SIGINT, &old_interrupt_, nullptr);
        (void)::sigaction(SIGQUIT, &old_quit_, nullptr);
        (void)::sigaction(SIGPIPE, &old_pipe_, nullptr);
        (void)::sigprocmask(SIG_SETMASK, &old_mask_, nullptr);
    }
    PassedSignals(const PassedSignals&) = delete;
    PassedSignals& operator=(const PassedSignals&) = delete;

    /// Waits for a signal, or until it is time to look again.
    void wait(pid_t child, bool briefly) const {
        const timespec timeout = {0, kLookAgainNanoseconds};
        const int signal = briefly ? ::sigtimedwait(&awaited_, nullptr, &timeout) : ::sigwaitinfo(&awaited_, nullptr);
        if (signal == SIGHUP || signal == SIGTERM || signal == SIGUSR1 || signal == SIGUSR2) {
            (void)::kill(child, signal);
        }
    }

  private:
    sigset_t awaited_ = set_of({SIGCHLD, SIGHUP, SIGTERM, SIGUSR1, SIGUSR2});
    sigset_t old_mask_ = {};
    struct sigaction old_interrupt_ = {};
    struct sigaction old_quit_ = {};
    struct sigaction old_pipe_ = {};
};

std::optional<ChildEnd> end_of(pid_t child) {
    int state = 0;
    const pid_t done = retry_interrupted([&] { return ::waitpid(child, &state, WNOHANG); });
    if (done < 0) {
        throw Error::system("cannot wait for a program", errno);
    }
    if (done == 0) {
        return std::nullopt;
    }
    return WIFSIGNALED(state) ? ChildEnd{128 + WTERMSIG(state), true} : ChildEnd{WEXITSTATUS(state), false};
}

/// True when nobody reads it yet. A reader that goes away early is its own affair.
bool write_if_read(const FifoContent& fifo) {
    const int fd = ::open(fifo.path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENXIO || errno == EINTR;
    }
    const UniqueFd writer(fd);
    (void)::fcntl(fd, F_SETFL, 0);
    for (ByteView rest = fifo.content; !rest.empty();) {
        const ssize_t count = retry_interrupted([&] { return ::write(fd, rest.data(), rest.size()); });
        if (count < 0) {
            break;
        }
        rest = rest.subspan(static_cast<std::size_t>(count));
    }
    return false;
}

}  // namespace

std::vector<SecretBytes> environment_without(const std::vector<std::string>& except) {
    std::vector<SecretBytes> result;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        const std::string_view name = text.substr(0, text.find('='));
        if (std::find(except.begin(), except.end(), name) == except.end()) {
            result.push_back(SecretBytes::copy_of(text));
        }
    }
    return result;
}

void replace_process(const Launch& launch, const std::optional<Account>& user) {
    require(!launch.argv.empty(), "a program has a name");
    const std::vector<char*> arguments = argument_pointers(launch.argv);
    const EnvironmentBlock environment(launch.environment);
    const sigset_t nothing = set_of({});
    (void)::sigprocmask(SIG_SETMASK, &nothing, nullptr);
    if (user) {
        become_user(*user);
    }
    (void)::execvpe(launch.argv.front().c_str(), arguments.data(), environment.data());
    throw Error::system(format("cannot run {}", quoted(launch.argv.front())), errno);
}

ChildEnd run_child(const Launch& launch, const std::optional<FifoContent>& fifo) {
    require(!launch.argv.empty(), "a program has a name");
    const PassedSignals signals;
    const pid_t child = spawn(launch);
    bool unread = fifo.has_value();
    for (;;) {
        if (const std::optional<ChildEnd> end = end_of(child)) {
            return *end;
        }
        unread = unread && write_if_read(*fifo);
        signals.wait(child, unread);
    }
}

void make_fifo(int directory, const std::string& name) {
    if (::mkfifoat(directory, name.c_str(), 0600) != 0) {
        throw Error::system(format("cannot make the fifo {}", quoted(name)), errno);
    }
}

std::string make_memory_file(ByteView content, const std::optional<Account>& owner) {
    const UniqueFd file(::memfd_create("bestow", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!file.valid()) {
        throw Error::system("cannot make a file in memory", errno);
    }
    for (ByteView rest = content; !rest.empty();) {
        const ssize_t count = retry_interrupted([&] { return ::write(file.get(), rest.data(), rest.size()); });
        if (count < 0) {
            throw Error::system("cannot write a file in memory", errno);
        }
        rest = rest.subspan(static_cast<std::size_t>(count));
    }
    const bool is_owned = !owner || ::fchown(file.get(), owner->uid, owner->gid) == 0;
    if (!is_owned || ::fchmod(file.get(), 0400) != 0) {
        throw Error::system("cannot give a file in memory to its reader", errno);
    }
    (void)::fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
    const int inherited = ::dup(file.get());  // without close-on-exec
    if (inherited < 0) {
        throw Error::system("cannot hand a file in memory on", errno);
    }
    return format("/proc/self/fd/{}", inherited);
}

}  // namespace bestow::os
