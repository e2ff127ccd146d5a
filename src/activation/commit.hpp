#pragma once
/// The third of three steps: one rename makes a staged generation live. What fails after it is a problem to report, not
/// a failure: everything is valid, and the next run finishes it.

#include "activation/observe.hpp"

namespace bestow::activation {

/// Switches; throws Error(System) when that fails, and nothing has changed then.
void switch_generation(os::System& system, const SetPlace& place, const delivery::Plan& plan);

/// The entry, links, pruning. Gives what went wrong.
std::vector<delivery::Problem> finish(os::System& system, const SetPlace& place, const delivery::Plan& plan,
                                      unsigned keep_generations);

/// Forgets the units that were recorded, once they have been told.
void forget_pending(os::System& system, const SetPlace& place, const delivery::Plan& plan);

}  // namespace bestow::activation
