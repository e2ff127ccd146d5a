#pragma once
/// `generate: command` runs a program that whoever can push to the store chose: only one whose exact declaration this
/// operator has approved for this store. A line each in $XDG_STATE_HOME/bestow/approved_commands, fields separated by
/// tabs: real path of the store, secret, SHA-256 of the declaration.

#include "operations/open_store.hpp"

#include <functional>
#include <string>
#include <vector>

namespace bestow::operations {

/// The declaration as it is approved: any change of it makes another text.
std::string command_declaration(const policy::Secret& secret);

/// The command as it would be typed: for messages.
std::string command_line(const policy::Secret& secret);
/// True when it was approved here as it is declared now.
bool is_approved(const OpenStore& store, const policy::Secret& secret);

struct CommandApproval {
    std::vector<std::string> accepted;  ///< secrets, from --approve
    /// Shows them and asks at the terminal; empty when there is none.
    std::function<bool(const std::vector<const policy::Secret*>& unapproved)> ask;
};

/// Remembers what is approved. Throws Error(Policy) that lists those which are not, and for a command that names a file
/// of the store, whose content whoever can push can change.
void approve_commands(const OpenStore& store, const std::vector<const policy::Secret*>& secrets,
                      const CommandApproval& approval);

}  // namespace bestow::operations
