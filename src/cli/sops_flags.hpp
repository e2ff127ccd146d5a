#pragma once
/// The flags of sops and of its subcommands, as its command line declares them.

#include "cli/urfave_flags.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace bestow::cli {

/// Before a subcommand, or without one.
std::vector<UrfaveFlag> sops_global_flags();

/// Of a subcommand; empty for a name that is none.
std::vector<UrfaveFlag> sops_command_flags(std::string_view command);

}  // namespace bestow::cli
