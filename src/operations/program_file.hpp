#pragma once
/// The file of a program that is to make values: one that can be run at all, and that nobody can exchange between its
/// approval and its run but root and the operator.

#include "os/system.hpp"

#include <string>

namespace bestow::operations {

/// SHA-512 of its content, in hex. `path` is real. Throws Error(Policy) for what is no regular file, not executable,
/// larger than 1 GiB, or can be written or exchanged by others; Error(NotFound) when it is not there.
std::string hash_program(os::System& system, const std::string& path);

}  // namespace bestow::operations
