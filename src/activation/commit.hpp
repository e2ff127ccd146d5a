#pragma once
/// The third of three steps: one rename makes a staged generation live. What fails after it is a problem to report, not
/// a failure: everything is valid, and the next run finishes it.

#include "activation/observe.hpp"

namespace bestow::activation {

/// Switches; throws Error(System) when that fails, and nothing has changed then.
void switch_generation(os::System& system, const SetPlace& place, const delivery::Plan& plan);

/// What becomes of the older generations.
struct Keep {
    std::optional<unsigned> generations;  ///< nullopt: all of them
    std::set<std::string> paths;          ///< all others go from each of them
};

/// While a set is held, newer generations stay, too, for whoever rolls forward again.
Keep keep_of(const delivery::PlanInput& input, const delivery::Plan& plan, unsigned keep_generations);

/// The entry, links, pruning. Gives what went wrong.
std::vector<delivery::Problem> finish(os::System& system, const SetPlace& place, const delivery::Plan& plan,
                                      const Keep& keep);

/// Forgets the units that were recorded, once they have been told.
void forget_pending(os::System& system, const SetPlace& place, const delivery::Plan& plan);

}  // namespace bestow::activation
