#pragma once
/// Talking to the person at the terminal: through /dev/tty, so that standard input and output stay free for data.

#include "base/secret_bytes.hpp"

#include <string>

namespace bestow::os {

/// Is a standard stream (0, 1, 2) a terminal?
bool is_terminal(int fd);

enum class Answer { No, Yes };

class Terminal {
  public:
    virtual ~Terminal() = default;
    /// Is there one to ask at?
    virtual bool available() = 0;
    /// A line without its end, typed without echo; at most 4096 bytes. The echo comes back whatever happens, signals
    /// too. Throws Error(Usage) without a terminal, Error(Failed) at its end (Ctrl-D).
    virtual SecretBytes read_hidden(const std::string& prompt) = 0;
    /// A question that ends with "?"; Enter alone, and whatever is neither yes nor no, is `otherwise`. At the
    /// terminal's end it is no. Throws Error(Usage) without a terminal.
    virtual bool confirm(const std::string& question, Answer otherwise = Answer::No) = 0;
};

/// /dev/tty.
class PosixTerminal : public Terminal {
  public:
    bool available() override;
    SecretBytes read_hidden(const std::string& prompt) override;
    bool confirm(const std::string& question, Answer otherwise) override;
};

}  // namespace bestow::os
