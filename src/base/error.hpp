#pragma once
/// The one error class. Libraries throw it; layers add context as it rises; only cli prints it.
/// Expected negatives ("none of my keys fits") are values, not errors.
/// A message is lower case, names the thing and where it is, and never holds a secret's value.

#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace bestow {

enum class ErrorKind {
    Failed,          ///< nothing changed; no better kind fits
    Usage,           ///< the command line is wrong
    Policy,          ///< bestow.yaml or host.yaml is wrong, or forbids this
    Format,          ///< foreign bytes are malformed or over a limit
    Authentication,  ///< a MAC, a tag or a signature does not match
    NoIdentity,      ///< no identity here opens it
    NotFound,        ///< a file, a secret or a key path that was named does not exist
    System,          ///< the operating system refused; errno_value() says how
    Partial,         ///< the same, when some of it was done: everything is valid, and running again goes on
    Internal,        ///< a bug in bestow
};

/// 2 for usage and policy, 4 for what was done in part, 5 for no identity, 1 for everything else (design, section 5).
int exit_status(ErrorKind kind);

class Error : public std::exception {
  public:
    Error(ErrorKind kind, std::string message);
    Error(ErrorKind kind, std::string message, std::string hint);

    /// A failed system call: "cannot open '/x': Permission denied".
    static Error system(std::string_view what, int errno_value);

    [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }
    [[nodiscard]] const std::string& message() const noexcept { return message_; }
    /// What to do next; may be empty.
    [[nodiscard]] const std::string& hint() const noexcept { return hint_; }
    /// 0 unless kind() is System or Partial.
    [[nodiscard]] int errno_value() const noexcept { return errno_value_; }

    /// Adds where this happened: "secrets/db.yaml" or "host 'web1'", control bytes escaped. Called outwards, so the
    /// last one is the outermost.
    Error& add_context(std::string_view context);
    Error& set_hint(std::string hint);
    /// Something had been done before this happened: the kind becomes Partial, and the hint says how to go on.
    Error& mark_partial();

    /// "outermost: inner: message", on one line.
    [[nodiscard]] std::string full_message() const;
    [[nodiscard]] const char* what() const noexcept override;

  private:
    ErrorKind kind_;
    std::string message_;
    std::string hint_;
    int errno_value_ = 0;
    std::vector<std::string> context_;
    std::string what_;
};

/// A broken promise between parts of bestow; kept in release builds. Never for input.
void require(bool condition, std::string_view promise);

}  // namespace bestow
