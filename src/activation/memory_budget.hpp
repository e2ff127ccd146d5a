#pragma once
/// A ramfs takes whatever is written to it, by the owners of its files, too, until the machine has no memory left. So
/// where the file system has no size, what lies there is counted.

#include "os/system.hpp"

namespace bestow::activation {

/// Throws Error(System) with ENOSPC when so much more would be above the size of the tmpfs that bestow mounts.
void check_budget(os::System& system, int memory, std::uint64_t needed_bytes);

}  // namespace bestow::activation
