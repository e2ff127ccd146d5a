#pragma once
/// Passphrases of age files and of private keys, asked for at the terminal.

#include "age/age.hpp"
#include "base/secret_bytes.hpp"
#include "os/terminal.hpp"

namespace bestow::cli {

/// Throws Error(Usage) without a terminal.
SecretBytes ask_passphrase(os::Terminal& terminal);

/// Asked for twice; an empty answer makes a strong one, which is shown on standard error.
SecretBytes ask_new_passphrase(os::Terminal& terminal);

/// For the operator's protected keys; without a terminal it throws Error(NoIdentity), which names the key. `terminal`
/// must outlive it.
age::AskPassphrase ask_for_keys(os::Terminal& terminal);

}  // namespace bestow::cli
