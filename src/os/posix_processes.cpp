#include "os/posix_calls.hpp"
#include "os/posix_system.hpp"

#include <algorithm>
#include <array>
#include <csignal>

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bestow::os {
namespace {

/// While a program has the terminal, Ctrl-C and Ctrl-\ are meant for it and not for us.
class TerminalSignalsIgnored {
  public:
    TerminalSignalsIgnored() {
        struct sigaction ignore = {};
        ignore.sa_handler = SIG_IGN;
        (void)::sigaction(SIGINT, &ignore, &old_interrupt_);
        (void)::sigaction(SIGQUIT, &ignore, &old_quit_);
    }
    ~TerminalSignalsIgnored() {
        (void)::sigaction(SIGINT, &old_interrupt_, nullptr);
        (void)::sigaction(SIGQUIT, &old_quit_, nullptr);
    }
    TerminalSignalsIgnored(const TerminalSignalsIgnored&) = delete;
    TerminalSignalsIgnored& operator=(const TerminalSignalsIgnored&) = delete;

  private:
    struct sigaction old_interrupt_ = {};
    struct sigaction old_quit_ = {};
};

class SpawnSettings {
  public:
    SpawnSettings() {
        (void)::posix_spawnattr_init(&attributes_);
        (void)::posix_spawn_file_actions_init(&actions_);
        sigset_t defaults;
        (void)::sigemptyset(&defaults);
        (void)::sigaddset(&defaults, SIGINT);
        (void)::sigaddset(&defaults, SIGQUIT);
        (void)::sigaddset(&defaults, SIGPIPE);
        (void)::posix_spawnattr_setsigdefault(&attributes_, &defaults);
        sigset_t nothing_blocked;
        (void)::sigemptyset(&nothing_blocked);
        (void)::posix_spawnattr_setsigmask(&attributes_, &nothing_blocked);
        (void)::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    }
    ~SpawnSettings() {
        (void)::posix_spawn_file_actions_destroy(&actions_);
        (void)::posix_spawnattr_destroy(&attributes_);
    }
    SpawnSettings(const SpawnSettings&) = delete;
    SpawnSettings& operator=(const SpawnSettings&) = delete;

    void no_standard_input() {
        (void)::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    }
    void standard_input_from(int fd) { (void)::posix_spawn_file_actions_adddup2(&actions_, fd, STDIN_FILENO); }
    void standard_output_to(int fd) { (void)::posix_spawn_file_actions_adddup2(&actions_, fd, STDOUT_FILENO); }
    void standard_error_to(int fd) { (void)::posix_spawn_file_actions_adddup2(&actions_, fd, STDERR_FILENO); }

    [[nodiscard]] pid_t start(const std::vector<std::string>& argv, const std::vector<std::string>& environment) const {
        require(!argv.empty(), "a program has a name");
        const std::vector<char*> arguments = pointers(argv);
        const std::vector<char*> variables = pointers(environment);
        pid_t child = -1;
        const int failure =
            ::posix_spawnp(&child, argv.front().c_str(), &actions_, &attributes_, arguments.data(), variables.data());
        if (failure != 0) {
            throw Error::system(format("cannot run {}", quoted(argv.front())), failure);
        }
        return child;
    }

  private:
    /// posix_spawn takes pointers to non-const for C's sake; it does not write through them.
    static std::vector<char*> pointers(const std::vector<std::string>& texts) {
        std::vector<char*> result;
        result.reserve(texts.size() + 1);
        for (const std::string& text : texts) {
            result.push_back(const_cast<char*>(text.c_str()));
        }
        result.push_back(nullptr);
        return result;
    }

    posix_spawnattr_t attributes_ = {};
    posix_spawn_file_actions_t actions_ = {};
};

std::vector<std::string> environment_with(const std::map<std::string, std::string>& extra) {
    std::vector<std::string> result;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        if (extra.count(std::string(text.substr(0, text.find('=')))) == 0) {
            result.emplace_back(text);
        }
    }
    for (const auto& [name, value] : extra) {
        result.push_back(name + "=" + value);
    }
    return result;
}

std::vector<std::string> environment_of(const Filter& filter) {
    std::vector<std::string> result = environment_with(filter.extra_environment);
    if (!filter.dropped_prefix.empty()) {
        std::erase_if(result, [&](const std::string& entry) {
            return entry.starts_with(filter.dropped_prefix) &&
                   !filter.extra_environment.contains(entry.substr(0, entry.find('=')));
        });
    }
    return result;
}

UniqueFd memory_file() {
    UniqueFd file(::memfd_create("bestow", MFD_CLOEXEC));
    if (!file.valid()) {
        throw Error::system("cannot make a file in memory", errno);
    }
    return file;
}

/// The beginning of what a program wrote into it.
std::string beginning_of(int file) {
    std::array<char, 2048> text = {};
    const ssize_t count = ::pread(file, text.data(), text.size(), 0);
    return {text.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
}

int status_from(int state) {
    return WIFSIGNALED(state) ? 128 + WTERMSIG(state) : WEXITSTATUS(state);
}

int wait_for(pid_t child) {
    int state = 0;
    if (retry_interrupted([&] { return ::waitpid(child, &state, 0); }) < 0) {
        throw Error::system("cannot wait for a program", errno);
    }
    return status_from(state);
}

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

struct Collected {
    std::string text;
    bool too_long = false;
};

/// Everything that comes through the pipe, up to its end; what is past the limit is read and dropped.
Collected collect(System& system, Pipe& pipe, std::size_t limit_bytes) {
    pipe.writing = UniqueFd();  // else the end never comes
    Collected collected;
    std::array<Byte, 4096> chunk = {};
    while (const std::size_t count = system.read_some(pipe.reading.get(), chunk)) {
        collected.too_long = collected.too_long || collected.text.size() + count > limit_bytes;
        if (!collected.too_long) {
            collected.text.append(as_text(ByteView(chunk).first(count)));
        }
    }
    return collected;
}

/// Whoever ends us while a program has the terminal ends that program first: we still have to tidy up behind it. The
/// signal strikes us afterwards.
class ForwardedSignals {
  public:
    ForwardedSignals() {
        (void)::sigemptyset(&awaited_);
        for (const int signal : {SIGHUP, SIGTERM, SIGCHLD}) {
            (void)::sigaddset(&awaited_, signal);
        }
        (void)::sigprocmask(SIG_BLOCK, &awaited_, &old_mask_);
    }
    ~ForwardedSignals() {
        if (received_ != 0) {
            (void)::raise(received_);
        }
        (void)::sigprocmask(SIG_SETMASK, &old_mask_, nullptr);
    }
    ForwardedSignals(const ForwardedSignals&) = delete;
    ForwardedSignals& operator=(const ForwardedSignals&) = delete;

    int wait_for(pid_t child) {
        for (;;) {
            int state = 0;
            const pid_t done = ::waitpid(child, &state, WNOHANG);
            if (done == child) {
                return status_from(state);
            }
            if (done < 0 && errno != EINTR) {
                throw Error::system("cannot wait for a program", errno);
            }
            const int signal = ::sigwaitinfo(&awaited_, nullptr);
            if (signal == SIGHUP || signal == SIGTERM) {
                received_ = signal;
                (void)::kill(child, signal);
            }
        }
    }

  private:
    sigset_t awaited_ = {};
    sigset_t old_mask_ = {};
    int received_ = 0;
};

}  // namespace

ProcessResult PosixSystem::run(const std::vector<std::string>& argv,
                               const std::map<std::string, std::string>& extra_environment) {
    const TerminalSignalsIgnored quiet;
    const SpawnSettings settings;
    ForwardedSignals signals;
    return {signals.wait_for(settings.start(argv, environment_with(extra_environment)))};
}

std::string PosixSystem::run_for_output(const std::vector<std::string>& argv,
                                        const std::map<std::string, std::string>& extra_environment,
                                        std::size_t limit_bytes) {
    Pipe pipe;
    SpawnSettings settings;
    settings.no_standard_input();
    settings.standard_output_to(pipe.writing.get());
    const pid_t child = settings.start(argv, environment_with(extra_environment));
    const Collected collected = collect(*this, pipe, limit_bytes);
    const int exit_status = wait_for(child);
    if (collected.too_long) {
        throw Error(ErrorKind::Format, format("{} printed more than {} bytes", quoted(argv.front()), limit_bytes));
    }
    if (exit_status != 0) {
        throw Error(ErrorKind::Failed, format("{} failed with exit status {}", quoted(argv.front()), exit_status));
    }
    return collected.text;
}

FilterResult PosixSystem::run_filter(const Filter& filter, ByteView input, const std::function<void(ByteView)>& take) {
    const UniqueFd given = memory_file();
    const UniqueFd complaint = memory_file();
    write_all(given.get(), input, "standard input of a program");
    if (::lseek(given.get(), 0, SEEK_SET) != 0) {
        throw Error::system("cannot rewind a file in memory", errno);
    }
    Pipe pipe;
    SpawnSettings settings;
    settings.standard_input_from(given.get());
    settings.standard_output_to(pipe.writing.get());
    settings.standard_error_to(complaint.get());
    const pid_t child = settings.start(filter.argv, environment_of(filter));
    pipe.writing = UniqueFd();  // else the end never comes
    try {
        Bytes chunk(std::size_t{256} * 1024);
        while (const std::size_t count = read_some(pipe.reading.get(), chunk)) {
            take(ByteView(chunk).first(count));
        }
    } catch (...) {
        pipe.reading = UniqueFd();  // it gets SIGPIPE
        (void)wait_for(child);
        throw;
    }
    const int exit_status = wait_for(child);
    return {exit_status, beginning_of(complaint.get())};
}

ToolResult PosixSystem::run_tool(const std::vector<std::string>& argv, std::size_t limit_bytes) {
    require(!argv.empty() && argv.front().front() == '/', "a tool has an absolute path");
    Pipe pipe;
    SpawnSettings settings;
    settings.no_standard_input();
    settings.standard_output_to(pipe.writing.get());
    settings.standard_error_to(pipe.writing.get());
    const pid_t child = settings.start(argv, {});
    Collected collected = collect(*this, pipe, limit_bytes);
    return {wait_for(child), std::move(collected.text)};
}

ProcessResult PosixSystem::run_aside(const std::vector<std::string>& argv) {
    SpawnSettings settings;
    settings.no_standard_input();
    settings.standard_output_to(STDERR_FILENO);
    return {wait_for(settings.start(argv, environment_with({})))};
}

}  // namespace bestow::os
