#pragma once
/// `bestow generations` and `bestow rollback`: the older sets of files that this machine keeps, and making one live
/// again. What is not delivered to it any more does not come back.

#include "activation/activate.hpp"
#include "delivery/rollback_plan.hpp"

#include <optional>

namespace bestow::activation {

struct Generation {
    unsigned number = 0;
    bool live = false;
    bool held = false;
    std::int64_t made_at = 0;     ///< seconds since the epoch
    std::int64_t live_since = 0;  ///< of the live one
    delivery::Provenance provenance;
    std::vector<std::string> files;  ///< paths that are still there
};

struct SetGenerations {
    std::string entry_path;
    std::vector<Generation> generations;  ///< ascending
};

/// Reads only, and waits for nothing. Sets that are not there are left out.
std::vector<SetGenerations> list_sets(os::System& system, const Options& options);

struct RollbackOptions {
    Options options;                     ///< which store, which host, where; `phases` is Early or Main
    std::optional<unsigned> generation;  ///< nullopt: the newest before the live one
    bool hold = false;                   ///< the next activations leave it live
};

struct RollbackReport {
    std::string entry_path;
    unsigned before = 0;
    bool held = false;
    bool dry_run = false;
    bool units_told = false;  ///< by systemd
    delivery::RollbackPlan plan;
    std::vector<delivery::Problem> problems;
    std::vector<std::string> warnings;
};

/// As `Announce`.
using AnnounceRollback = std::function<void(const RollbackReport&)>;

/// Throws Error(NotFound) when there is no such generation; nothing has changed then.
RollbackReport rollback(os::System& system, const RollbackOptions& options, const AnnounceRollback& announce);

/// Ends a hold; the next activation delivers what the store says. False when nothing was held.
bool release_hold(os::System& system, const Options& options);

}  // namespace bestow::activation
