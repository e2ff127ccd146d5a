#pragma once
/// What is asked before values are made: --approve, since commands that make values run once this operator has approved
/// them; and what is made from other secrets, which whoever can push can declare.

#include "cli/invocation.hpp"
#include "cli/store_options.hpp"
#include "operations/approved_commands.hpp"
#include "operations/derivation.hpp"

#include <string>
#include <vector>

namespace bestow::cli {

void add_approve_option(CLI::App& command, std::vector<std::string>& approved);

/// "runs COMMAND, which is approved"; empty for a secret that no command makes. For what only shows.
std::string command_remark(const operations::OpenStore& store, const policy::Secret& secret,
                           const std::vector<std::string>& approved);

/// Shows declarations and asks at the terminal, when there is one.
operations::CommandApproval approval_for(const Invocation& invocation, const std::vector<std::string>& approved);

/// Shows them and asks, unless --yes was given or all are of the secret `own`, which the caller has just declared
/// himself.
operations::ConfirmDerivations confirm_derivations(const Invocation& invocation, const ReaderOptions& options,
                                                   const std::string& own = {});

}  // namespace bestow::cli
