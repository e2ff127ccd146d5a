#pragma once
/// `bestow activate`: everything between a store and RUN/secrets on this machine.

#include "activation/state_directory.hpp"
#include "delivery/plan.hpp"
#include "os/system.hpp"

#include <functional>
#include <string>
#include <vector>

namespace bestow::activation {

enum class Phases { Early, Main, All };

enum class TellUnits { Nobody, Systemctl };

struct Options {
    std::string store;  ///< empty: host.yaml's, see places.hpp
    std::string host;   ///< empty: host.yaml's, else the one whose private key is here
    Phases phases = Phases::All;
    bool dry_run = false;
    bool may_mount = true;      ///< false: memory file systems that are not mounted yet are a run fault
    bool release_hold = false;  ///< of a rollback
    bool force = false;         ///< links take the place of files and links that are not bestow's
    TellUnits units = TellUnits::Nobody;
    std::vector<std::string> identities;
    unsigned wait_seconds = 0;  ///< for an identity that fits, at most
    bool user = false;          ///< below $XDG_RUNTIME_DIR, for the host whose key is the user's; no privileges
    std::string run_directory;  ///< empty: see places.hpp, as for the next two
    std::string state_directory;
    std::string settings_file;  ///< if empty, it may be missing
};

/// What happened, or would happen, to RUN/secrets or RUN/secrets-early.
struct SetReport {
    std::string entry_path;
    bool new_generation = false;
    unsigned generation = 0;
    std::vector<std::string> added, changed, removed, stale;
    bool held = false;  ///< by a rollback: what the store says now waits
    std::vector<std::string> links_made, links_removed;
    std::vector<std::string> replaced;  ///< paths where a link took the place of what was not bestow's
    std::string plan_text;              ///< delivery::steps_text
};

struct Report {
    std::string host;
    std::string store_path;
    delivery::Provenance provenance;  ///< of that store
    bool dry_run = false;
    std::vector<SetReport> sets;
    delivery::Units units;
    bool units_told = false;  ///< systemd knows of them; false where there is none
    std::vector<delivery::Problem> problems;
    std::vector<std::string> warnings;
};

/// Called once after the switch, before the units are forgotten: whoever tells them does so here, and throws when that
/// failed: it becomes a problem, and the next run tells them again.
using Announce = std::function<void(const Report&)>;

/// Throws for a run fault: nothing has changed then. Item faults and what went wrong after the switch are problems of
/// the report.
Report activate(os::System& system, const Options& options, const Announce& announce);

}  // namespace bestow::activation
