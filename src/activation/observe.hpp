#pragma once
/// The first of three steps: what is live now. Reads only.

#include "activation/memory_directory.hpp"
#include "activation/owners.hpp"
#include "delivery/plan.hpp"

namespace bestow::activation {

struct SetPlace {
    SetNames names;
    int run = -1;            ///< descriptor of RUN
    std::string run_path;    ///< "/run"
    int memory = -1;         ///< descriptor of RUN/secrets.d; -1: there is none yet
    std::string state_path;  ///< "/var/lib/bestow"

    [[nodiscard]] std::string entry_path() const { return run_path + "/" + names.entry; }
};

/// Adds what one generation records and holds, and the units it still has to tell. Leaves `observed` as it is when
/// there is no such generation, or when its record is damaged.
void observe_generation(os::System& system, int memory, unsigned number, delivery::Observed& observed);

/// `items`: those that will be wanted, for their links.
delivery::Observed observe(os::System& system, const SetPlace& place, const std::vector<delivery::Item>& items,
                           Owners& owners);

}  // namespace bestow::activation
