#pragma once
/// The second of three steps: the new generation in a private directory, complete with owners, modes and records, under
/// its final name but not yet live. On failure nothing of it stays.

#include "delivery/plan.hpp"
#include "os/system.hpp"

namespace bestow::activation {

/// Makes sure that a generation of these files fits. Throws Error(System) with ENOSPC when it does not, and
/// Error(Failed) above kMaxGenerationBytes.
void reserve_for(os::System& system, int memory, const std::vector<delivery::PlannedFile>& files);

/// Throws Error(Failed) for a generation above kMaxGenerationBytes, Error(System), with ENOSPC when there is no room.
void stage(os::System& system, int memory, const delivery::Plan& plan);

}  // namespace bestow::activation
