#pragma once
/// `generate: command` runs a program that whoever can push to the store chose: only one whose exact declaration this
/// operator has approved for this store, and only while it is the same program. A line each in
/// $XDG_STATE_HOME/bestow/approved_commands, fields separated by tabs: real path of the store, secret, SHA-256 of what
/// command_declaration() says.

#include "operations/generator_program.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace bestow::operations {

/// What is approved: the declaration, the program's real path and the hash of its content. Any change makes another
/// text.
std::string command_declaration(const policy::Secret& secret, const GeneratorProgram& program);

/// The command as it would be typed: for messages.
std::string command_line(const policy::Secret& secret);
/// True when it was approved here as it would run now. False for a program that is not there or cannot be read, too.
/// Throws Error(Policy) for one that may not run.
bool is_approved(const OpenStore& store, const policy::Secret& secret);

struct CommandApproval {
    std::vector<std::string> accepted;  ///< secrets, from --approve
    /// Shows the declarations of commands and asks at the terminal; empty when there is none.
    std::function<bool(const std::vector<std::string>& declarations)> ask;
};

/// Of the secrets that commands make: what runs.
using ApprovedPrograms = std::map<const policy::Secret*, GeneratorProgram>;

/// Remembers what is approved. Throws Error(Policy) that lists those which are not, and as find_program does.
ApprovedPrograms approve_commands(const OpenStore& store, const std::vector<const policy::Secret*>& secrets,
                                  const CommandApproval& approval);

}  // namespace bestow::operations
