#pragma once
/// The shortest list of commands that closes exposures.

#include "operations/audit.hpp"

namespace bestow::operations {

/// First whoever still reads a file is shut out, then each value is made anew, once: those that bestow makes in one
/// command, the others by hand.
std::vector<std::string> closing_commands(const OpenStore& store, const std::vector<Exposure>& exposures);

}  // namespace bestow::operations
