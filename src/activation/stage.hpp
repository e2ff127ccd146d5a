#pragma once
/// The second of three steps: the new generation in a private directory, complete with owners, modes and records, under
/// its final name but not yet live. On failure nothing of it stays.

#include "delivery/plan.hpp"
#include "os/system.hpp"

namespace bestow::activation {

/// How much memory the generation of a plan takes, in whole pages, with its inodes.
std::uint64_t needed_bytes(const delivery::Plan& plan);

/// Throws Error(Failed) for a generation above kMaxGenerationBytes, Error(System).
void stage(os::System& system, int memory, const delivery::Plan& plan);

}  // namespace bestow::activation
