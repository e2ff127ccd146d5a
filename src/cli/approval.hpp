#pragma once
/// --approve: commands that make values run once this operator has approved them.

#include "cli/invocation.hpp"
#include "operations/approved_commands.hpp"

#include <string>
#include <vector>

namespace bestow::cli {

void add_approve_option(CLI::App& command, std::vector<std::string>& approved);

/// "runs COMMAND, which is approved"; empty for a secret that no command makes. For what only shows.
std::string command_remark(const operations::OpenStore& store, const policy::Secret& secret,
                           const std::vector<std::string>& approved);

/// Shows declarations and asks at the terminal, when there is one.
operations::CommandApproval approval_for(const Invocation& invocation, const std::vector<std::string>& approved);

}  // namespace bestow::cli
