#include "os/terminal.hpp"

#include "os/posix_calls.hpp"

#include <algorithm>
#include <array>
#include <csignal>

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

namespace bestow::os {
namespace {

constexpr std::size_t kLongestLineBytes = 4096;
constexpr std::array kCaught = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGPIPE, SIGALRM};

volatile std::sig_atomic_t caught_signal = 0;

extern "C" void remember_signal(int number) {
    caught_signal = number;
}

/// Signals interrupt read() instead of ending the process, until this dies; the one that came is then raised.
class SignalsHeld {
  public:
    SignalsHeld() {
        caught_signal = 0;
        struct sigaction remember = {};
        remember.sa_handler = remember_signal;
        for (std::size_t index = 0; index < kCaught.size(); ++index) {
            (void)::sigaction(kCaught.at(index), &remember, &old_.at(index));
        }
    }
    ~SignalsHeld() {
        for (std::size_t index = 0; index < kCaught.size(); ++index) {
            (void)::sigaction(kCaught.at(index), &old_.at(index), nullptr);
        }
        if (caught_signal != 0) {
            (void)::raise(caught_signal);
        }
    }
    SignalsHeld(const SignalsHeld&) = delete;
    SignalsHeld& operator=(const SignalsHeld&) = delete;

  private:
    std::array<struct sigaction, kCaught.size()> old_ = {};
};

class EchoOff {
  public:
    explicit EchoOff(int fd) : fd_(fd) {
        if (::tcgetattr(fd_, &old_) != 0) {
            throw Error::system("cannot examine the terminal", errno);
        }
        termios silent = old_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL);
        silent.c_lflag |= static_cast<tcflag_t>(ICANON | ISIG);
        if (::tcsetattr(fd_, TCSAFLUSH, &silent) != 0) {
            throw Error::system("cannot hide what is typed", errno);
        }
    }
    ~EchoOff() { (void)::tcsetattr(fd_, TCSAFLUSH, &old_); }
    EchoOff(const EchoOff&) = delete;
    EchoOff& operator=(const EchoOff&) = delete;

  private:
    int fd_;
    termios old_ = {};
};

UniqueFd open_terminal() {
    return UniqueFd(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
}

UniqueFd terminal_or_throw(const std::string& question) {
    UniqueFd terminal = open_terminal();
    if (!terminal.valid()) {
        throw Error(ErrorKind::Usage, format("there is no terminal to ask at: {}", trim(question)));
    }
    return terminal;
}

void print(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t count = ::write(fd, text.data(), text.size());
        if (count <= 0) {
            return;  // a prompt that cannot be shown is no reason to stop
        }
        text.remove_prefix(static_cast<std::size_t>(count));
    }
}

enum class LineEnd { Newline, EndOfInput, Signal };

LineEnd read_line(int fd, SecretBuilder& line) {
    SecretBytes chunk(1);
    while (true) {
        const ssize_t count = ::read(fd, chunk.writable().data(), 1);
        if (count < 0 && errno == EINTR && caught_signal != 0) {
            return LineEnd::Signal;
        }
        if (count < 0 && errno != EINTR) {
            throw Error::system("cannot read from the terminal", errno);
        }
        if (count == 0) {
            return line.size() == 0 ? LineEnd::EndOfInput : LineEnd::Newline;
        }
        if (count == 1 && chunk.view().front() == '\n') {
            return LineEnd::Newline;
        }
        if (count == 1 && line.size() < kLongestLineBytes) {
            line.append(chunk.view());
        }
    }
}

LineEnd ask_hidden(int terminal, const std::string& prompt, SecretBuilder& line) {
    const SignalsHeld held;
    const EchoOff silent(terminal);
    print(terminal, prompt);
    const LineEnd end = read_line(terminal, line);
    print(terminal, "\n");
    return end;
}

}  // namespace

bool is_terminal(int fd) {
    return ::isatty(fd) == 1;
}

bool PosixTerminal::available() {
    return open_terminal().valid();
}

SecretBytes PosixTerminal::read_hidden(const std::string& prompt) {
    const UniqueFd terminal = terminal_or_throw(prompt);
    while (true) {
        SecretBuilder line;
        const LineEnd end = ask_hidden(terminal.get(), prompt, line);
        if (end == LineEnd::EndOfInput) {
            throw Error(ErrorKind::Failed, "nothing was typed");
        }
        if (end == LineEnd::Newline) {
            return line.finish();
        }
        // Stopped by Ctrl-Z and continued: ask again. Other signals did not come back here.
    }
}

bool PosixTerminal::confirm(const std::string& question, Answer otherwise) {
    const UniqueFd terminal = terminal_or_throw(question);
    print(terminal.get(), question + (otherwise == Answer::Yes ? " [Y/n] " : " [y/N] "));
    SecretBuilder line;
    caught_signal = 0;
    if (read_line(terminal.get(), line) != LineEnd::Newline) {
        return false;
    }
    const std::string_view answer = trim(as_text(line.view()));
    const auto is_one_of = [&](auto... words) { return ((answer == words) || ...); };
    if (is_one_of("y", "Y", "yes", "Yes", "YES")) {
        return true;
    }
    return otherwise == Answer::Yes && !is_one_of("n", "N", "no", "No", "NO");
}

}  // namespace bestow::os
