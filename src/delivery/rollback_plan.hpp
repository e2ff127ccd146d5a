#pragma once
/// What making an older generation live would do: pure, like plan.hpp.

#include "delivery/plan.hpp"

#include <optional>
#include <set>

namespace bestow::delivery {

struct RollbackInput {
    const Observed* live = nullptr;
    const Observed* target = nullptr;  ///< `state`, `files` and `generation` of the older one
    /// Paths that the store still delivers to this host; nullopt when it cannot be read.
    std::optional<std::set<std::string>> delivered;
    std::vector<ByteView> tag_keys;  ///< none: contents are not proved
};

struct RollbackPlan {
    unsigned generation = 0;
    std::vector<std::string> added, changed, removed;  ///< paths, against what is live now
    std::vector<std::string> lost;                     ///< paths of the older generation that are there no more
    std::vector<std::string> revoked;                  ///< there, but delivered no more: they go
    std::vector<std::string> tampered;                 ///< there, but not as they were delivered: they go
    GenerationState state;                             ///< of what comes back
    Units units;                                       ///< to tell after the switch, pending ones first
};

RollbackPlan plan_rollback(const RollbackInput& input);

/// A line a step, without values: for --dry-run.
std::string to_text(const RollbackPlan& plan);

}  // namespace bestow::delivery
