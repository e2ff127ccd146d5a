#pragma once
/// A program that prints identities, as sops's variables SOPS_AGE_KEY_CMD and SOPS_AGE_SSH_PRIVATE_KEY_CMD name one.

#include "age/age.hpp"
#include "os/system.hpp"

#include <string>
#include <utility>
#include <vector>

namespace bestow::operations {

class KeyCommand {
  public:
    /// `variable` is for messages. `system` must outlive it.
    KeyCommand(os::System& system, std::vector<std::string> argv, std::string variable)
        : system_(system), argv_(std::move(argv)), variable_(std::move(variable)) {}

    /// Runs it with SOPS_AGE_RECIPIENT, unless that is empty. None when it printed the same for another recipient:
    /// those are known, and nobody is asked again for one that is protected. Throws Error(NoIdentity).
    age::Identities run(const std::string& recipient, const age::Unlocking& unlocking);

  private:
    os::System& system_;
    std::vector<std::string> argv_;
    std::string variable_;
    std::vector<SecretBytes> printed_;
};

}  // namespace bestow::operations
