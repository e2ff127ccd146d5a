#pragma once
/// `bestow status`: what is live on this machine and whether it is what it should be. Reads only, waits for nothing,
/// and never tells a value.

#include "activation/activate.hpp"
#include "delivery/due.hpp"
#include "delivery/manifest.hpp"

#include <optional>

namespace bestow::activation {

struct LiveFile {
    std::string path;
    std::string what;        ///< "content", "mode 0644", "owner 0:0", "gone"
    std::int64_t since = 0;  ///< of a stale one
};

struct LiveSet {
    std::string entry_path;
    std::optional<unsigned> generation;  ///< nullopt: nothing is live
    bool held = false;
    std::int64_t made_at = 0;         ///< seconds since the epoch; 0: not known
    std::int64_t live_since = 0;      ///< likewise; later than that after a rollback
    delivery::Provenance provenance;  ///< of the store that it was made from
    std::size_t files = 0;
    std::vector<LiveFile> stale;                         ///< the last good content, since when
    std::vector<std::string> pending;                    ///< root's until their owner is there
    std::vector<LiveFile> tampered;                      ///< not as they were delivered
    std::vector<std::string> added, changed, removed;    ///< by what the store says now
    std::vector<std::string> links_made, links_removed;  ///< likewise
};

/// A running unit that still has the file as it was.
struct OutdatedUnit {
    std::string unit;
    std::string path;
    std::int64_t started_at = 0;
    std::int64_t changed_at = 0;
};

struct Status {
    std::string host;        ///< empty when it cannot be told
    std::string store_path;  ///< the same
    delivery::Provenance store_provenance;
    std::vector<LiveSet> sets;
    std::vector<OutdatedUnit> outdated;
    std::vector<delivery::AgingValue> aging;        ///< values that `rotate_after` is said of
    std::vector<delivery::Problem> problems;        ///< what an activation would say now
    std::vector<delivery::Problem> next_boot;       ///< what would be missing then; empty: nothing
    std::vector<delivery::Problem> next_boot_kept;  ///< what would come from the last ciphertext that worked
    std::vector<std::string> warnings;
    bool contents_judged = true;  ///< false: the key that proves them is not known without the store
    std::int64_t now = 0;

    /// nullopt where nothing here tells how old it is.
    [[nodiscard]] std::optional<delivery::DueDate> due_date_of(const delivery::AgingValue& value) const;
    [[nodiscard]] std::size_t due_values() const;

    /// Anything that somebody should look at.
    [[nodiscard]] bool found_something() const;
};

/// Throws Error(Policy) for a host.yaml that is wrong, Error(NotFound) for a RUN that is not there. Whatever else fails
/// is part of the answer.
Status look(os::System& system, const Options& options);

}  // namespace bestow::activation
