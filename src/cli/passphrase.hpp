#pragma once
/// Passphrases of age files, asked for at the terminal.

#include "base/secret_bytes.hpp"
#include "os/terminal.hpp"

namespace bestow::cli {

/// Throws Error(Usage) without a terminal.
SecretBytes ask_passphrase(os::Terminal& terminal);

/// Asked for twice; an empty answer makes a strong one, which is shown on standard error.
SecretBytes ask_new_passphrase(os::Terminal& terminal);

}  // namespace bestow::cli
