#pragma once
/// `bestow rollback --hold`: a record in RUN/secrets.d that the live generation is to stay, whatever the store says. It
/// names generations, so that it counts only while one of them is live; like they, it does not outlive a reboot.

#include "os/system.hpp"

#include <optional>
#include <vector>

namespace bestow::activation {

/// The live generation, when it is held.
std::optional<unsigned> held_generation(os::System& system, int memory);

/// Before one of them is made live, so that no instant is without it.
void write_hold(os::System& system, int memory, const std::vector<unsigned>& generations);
/// False when there was none.
bool remove_hold(os::System& system, int memory);

}  // namespace bestow::activation
