#pragma once
/// The exit statuses of sops, which scripts look at, and an error that carries one.

#include "base/error.hpp"

#include <utility>

namespace bestow::cli {

enum class SopsStatus : int {
    Failed = 1,
    UnreadableInput = 2,  ///< a file that cannot be read, or a plain one that does not parse
    UnwritableOutput = 3,
    CannotEmit = 4,  ///< the output's format cannot say this
    BadEncryptionContext = 6,
    BadSetArguments = 7,
    ConflictingFlags = 8,
    CannotEncrypt = 23,
    CannotDecrypt = 25,
    KeysOfMissingFile = 49,
    MacMismatch = 51,
    BadTreePath = 91,
    NoDocument = 92,
    NoFile = 100,
    DuplicateKeyType = 112,
    NoDataKey = 128,
    NotModified = 200,
    NoEditor = 201,
    BadVersion = 202,
    AlreadyEncrypted = 203,
};

class SopsFailure : public Error {
  public:
    SopsFailure(SopsStatus status, std::string message, std::string hint = {})
        : Error(ErrorKind::Failed, std::move(message), std::move(hint)), status_(status) {}
    SopsFailure(SopsStatus status, const Error& error) : Error(error), status_(status) {}

    [[nodiscard]] int status() const { return static_cast<int>(status_); }

  private:
    SopsStatus status_;
};

/// Every error of `action` that has no status yet gets this one.
template <typename Action>
auto failing_with(SopsStatus status, Action action) {
    try {
        return action();
    } catch (const SopsFailure&) {
        throw;
    } catch (const Error& error) {
        throw SopsFailure(status, error);
    }
}

}  // namespace bestow::cli
