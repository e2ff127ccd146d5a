#pragma once
/// What making an older generation live would do: pure, like plan.hpp.

#include "delivery/plan.hpp"

#include <map>
#include <optional>

namespace bestow::delivery {

/// To whom the store delivers a path now.
struct DeliveredTo {
    Owner owner;
    unsigned mode_bits = 0;
    bool owner_pending = false;  ///< he does not exist yet
};

struct RollbackInput {
    const Observed* live = nullptr;
    const Observed* target = nullptr;  ///< `state`, `files` and `generation` of the older one
    /// Paths that are still delivered to this host; nullopt when that cannot be told.
    std::optional<std::map<std::string, DeliveredTo>> delivered;
    std::vector<ByteView> tag_keys;  ///< none: contents are not proved
    std::int64_t now = 0;
    std::optional<std::uint64_t> max_stale_seconds;  ///< the store's, when it can be read
};

struct RollbackPlan {
    unsigned generation = 0;
    std::vector<std::string> added, changed, removed;  ///< paths, against what is live now
    std::vector<std::string> lost;                     ///< paths of the older generation that are there no more
    std::vector<std::string> revoked;                  ///< there, but delivered no more: they go
    std::vector<std::string> tampered;                 ///< there, but not as they were delivered: they go
    std::vector<std::string> expired;                  ///< there, but stale for longer than max_stale: they go
    /// What comes back under another owner or mode than it had, since the store says so now; contents lie in `target`.
    std::vector<PlannedFile> reassigned;
    GenerationState state;  ///< of what comes back
    Units units;            ///< to tell after the switch, pending ones first
};

RollbackPlan plan_rollback(const RollbackInput& input);

/// A line a step, without values: for --dry-run.
std::string to_text(const RollbackPlan& plan);

}  // namespace bestow::delivery
