#pragma once
/// The environment of a program that gets secrets in it, and the user that it runs as.

#include "base/secret_bytes.hpp"
#include "os/account.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bestow::cli {

class ExecEnvironment {
  public:
    /// The last value of a name counts. Throws Error(Usage) for a name with '=' or nothing in it, and for zero bytes.
    void set(const std::string& name, ByteView value);

    /// HOME, USER and LOGNAME.
    void set_account(const os::Account& account);

    /// The whole environment: what this process has, unless `pristine`, and what was set.
    std::vector<SecretBytes> finish(bool pristine);

  private:
    std::map<std::string, SecretBytes> variables_;
};

/// The account of --user; nullopt for an empty name. Throws Error(NotFound).
std::optional<os::Account> account_named(const std::string& name);

}  // namespace bestow::cli
