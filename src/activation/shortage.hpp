#pragma once
/// When there is no room for a new generation. The owner of a secret may write to his file, and so fill the memory file
/// system; that must not keep alive what he, or anybody else, has lost the right to.

#include "delivery/plan.hpp"
#include "os/system.hpp"

namespace bestow::activation {

/// Stages as stage() does. Where that fails for want of room: older generations go, and from the live one what is
/// delivered no more and what its owner has changed; then it is tried once more. Gives warnings. Throws what stage()
/// throws, with whose files take the room; what was taken away by then stays away.
std::vector<std::string> stage_despite_shortage(os::System& system, int memory, const delivery::PlanInput& input,
                                                const delivery::Observed& observed, const delivery::Plan& plan);

}  // namespace bestow::activation
