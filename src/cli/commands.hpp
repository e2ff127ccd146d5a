#pragma once
/// Every command, a line each: add_NAME_command puts it into the parser. Implementations are in command_NAME.cpp.

#include "cli/invocation.hpp"

namespace bestow::cli {

using AddCommand = void (*)(CLI::App& parser, Invocation& invocation);

// Files in age's format and keys.
// The store.
// On a host.

}  // namespace bestow::cli
