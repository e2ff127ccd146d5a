#include "activation/status.hpp"

#include "activation/generations.hpp"
#include "activation/hold.hpp"
#include "activation/memory_directory.hpp"
#include "activation/observe.hpp"
#include "activation/prepare.hpp"
#include "activation/trusted_path.hpp"
#include "activation/units.hpp"
#include "base/format.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace bestow::activation {
namespace {

/// How a file that lies there differs from what was recorded of it; nullopt when it does not. Without a key, content
/// cannot be judged.
std::optional<std::string> difference(const delivery::FileRecord& record, const delivery::Observed& observed,
                                      const std::vector<SecretBytes>& tag_keys) {
    const auto found = observed.files.find(record.path);
    if (found == observed.files.end()) {
        return "gone";
    }
    const delivery::ObservedFile& file = found->second;
    if (file.mode_bits != record.mode_bits) {
        return format("mode {:04o}", file.mode_bits);
    }
    if (file.owner.uid != record.uid || file.owner.gid != record.gid) {
        return format("owner {}:{}", file.owner.uid, file.owner.gid);
    }
    std::vector<ByteView> keys;
    for (const SecretBytes& key : tag_keys) {
        keys.push_back(key.view());
    }
    const bool ours = delivery::is_as_delivered(record, file.content.view(), keys);
    return ours || tag_keys.empty() ? std::nullopt : std::optional<std::string>("content");
}

std::string with_hint(const Error& error) {
    return error.full_message() + (error.hint().empty() ? "" : "\nhint: " + error.hint());
}

class Look {
  public:
    Look(os::System& system, const Options& options) : system_(system), options_(options) {
        options_.dry_run = true;
        options_.units = TellUnits::Nobody;
    }

    Status run() {
        status_.now = system_.now();
        if (system_.effective_uid() != 0 && !options_.user) {
            status_.warnings.emplace_back("only root can look at everything");
        }
        const policy::HostSettings settings = read_settings(system_, options_);
        const TrustedDirectory run = open_trusted_directory(system_, run_directory_of(system_, options_, settings));
        prepare_next_boot();
        for (const delivery::Phase phase : phases_of(options_)) {
            look_at(run, names_of(phase));
        }
        compare_with_store();
        find_outdated(options_.user ? system_.environment("XDG_RUNTIME_DIR").value_or("") : "");
        if (tag_keys_.empty()) {
            status_.contents_judged = false;
            status_.warnings.emplace_back("whether contents are as they were delivered cannot be told now");
        }
        return std::move(status_);
    }

  private:
    /// As if nothing had ever been delivered: every secret of the store as it is, by the keys that are here, and what
    /// worked last where it is kept.
    void prepare_next_boot() {
        try {
            Prepared prepared = prepare(system_, options_, {state_directory_of(system_, options_), true});
            status_.host = prepared.manifest.host;
            status_.store_path = prepared.store_path;
            status_.store_provenance = prepared.manifest.provenance;
            status_.aging = std::move(prepared.aging);
            max_stale_seconds_ = prepared.manifest.settings.max_stale_seconds;
            status_.warnings.insert(status_.warnings.end(), prepared.warnings.begin(), prepared.warnings.end());
            status_.next_boot_kept = std::move(prepared.problems);
            for (const auto& [phase, items] : prepared.items) {
                for (const delivery::Item& item : items) {
                    note_fault(item);
                }
            }
            tag_keys_ = std::move(prepared.tag_keys);
        } catch (const Error& error) {
            status_.next_boot.push_back({"store", error.kind(), with_hint(error)});
        }
    }

    void note_fault(const delivery::Item& item) {
        const auto* const fault = std::get_if<delivery::Fault>(&item.content);
        if (fault == nullptr) {
            return;
        }
        const bool is_template = item.kind == delivery::ItemKind::Template;
        const std::string name = is_template ? format("template {}", item.name) : item.name;
        const std::int64_t age_seconds = item.kept_since == 0 ? 0 : status_.now - item.kept_since;
        if (item.kept && age_seconds <= static_cast<std::int64_t>(max_stale_seconds_)) {
            status_.next_boot_kept.push_back(
                {name, fault->kind, fault->message + "; what worked last takes its place"});
        } else {
            status_.next_boot.push_back({name, fault->kind, fault->message});
        }
    }

    void look_at(const TrustedDirectory& run, const SetNames& names) {
        LiveSet set;
        set.entry_path = format("{}/{}", run.path == "/" ? "" : run.path, names.entry);
        const auto memory = try_open_memory(system_, run.fd.get(), names.directory, Accept::whatever());
        const auto current = memory ? list_generations(system_, memory->get()).current : std::nullopt;
        delivery::Observed observed;
        if (current) {
            observe_generation(system_, memory->get(), *current, observed);
        }
        if (observed.live) {
            set.generation = observed.generation;
            set.held = held_generation(system_, memory->get()).has_value();
            const auto link = system_.try_status(memory->get(), kCurrent);
            set.live_since = link ? link->modified_seconds : 0;
            judge(set, observed);
        }
        status_.sets.push_back(std::move(set));
        states_.push_back(std::move(observed.state));
    }

    void judge(LiveSet& set, const delivery::Observed& observed) {
        set.made_at = observed.state.made_at;
        set.provenance = observed.state.provenance;
        set.files = observed.state.files.size();
        for (const delivery::FileRecord& record : observed.state.files) {
            if (record.stale_since != 0) {
                set.stale.push_back({record.path, "", record.stale_since});
            }
            if (record.owner_pending) {
                set.pending.push_back(record.path);
            }
            if (const auto what = difference(record, observed, tag_keys_)) {
                set.tampered.push_back({record.path, *what});
            }
        }
    }

    /// What an activation would do now.
    void compare_with_store() {
        try {
            const Report report = activate(system_, options_, [](const Report&) {});
            status_.problems = report.problems;
            for (const SetReport& would : report.sets) {
                for (LiveSet& set : status_.sets) {
                    if (set.entry_path == would.entry_path) {
                        set.added = would.added;
                        set.changed = would.changed;
                        set.removed = would.removed;
                        set.links_made = would.links_made;
                        set.links_removed = would.links_removed;
                    }
                }
            }
        } catch (const Error& error) {
            status_.problems.push_back({"activation", error.kind(), with_hint(error)});
        }
    }

    void find_outdated(const std::string& user_runtime) {
        std::vector<std::string> units;
        for_each_unit([&](const std::string& unit, const delivery::FileRecord&) { units.push_back(unit); });
        std::sort(units.begin(), units.end());
        units.erase(std::unique(units.begin(), units.end()), units.end());
        try {
            const std::map<std::string, std::int64_t> running = running_since(system_, units, user_runtime);
            for_each_unit([&](const std::string& unit, const delivery::FileRecord& record) {
                const auto since = running.find(unit);
                if (since != running.end() && since->second < record.changed_at) {
                    status_.outdated.push_back({unit, record.path, since->second, record.changed_at});
                }
            });
        } catch (const Error& error) {
            status_.warnings.push_back(format("since when units run cannot be told: {}", error.full_message()));
        }
    }

    /// Those that restart; one that reloads stays active all the while.
    template <typename Each>
    void for_each_unit(Each each) {
        for (const delivery::GenerationState& state : states_) {
            for (const delivery::FileRecord& record : state.files) {
                for (const std::string& unit : record.restart) {
                    each(unit, record);
                }
            }
        }
    }

    os::System& system_;
    Options options_;
    Status status_;
    std::uint64_t max_stale_seconds_ = 0;
    std::vector<SecretBytes> tag_keys_;
    std::vector<delivery::GenerationState> states_;
};

}  // namespace

std::optional<delivery::DueDate> Status::due_date_of(const delivery::AgingValue& value) const {
    return value.changed_at ? std::optional(delivery::due_date(*value.changed_at, value.rotate_after_seconds, now))
                            : std::nullopt;
}

std::size_t Status::due_values() const {
    return static_cast<std::size_t>(std::count_if(aging.begin(), aging.end(), [&](const delivery::AgingValue& value) {
        const std::optional<delivery::DueDate> due = due_date_of(value);
        return due && due->is_due();
    }));
}

bool Status::found_something() const {
    return due_values() != 0 || !problems.empty() || !next_boot.empty() || !next_boot_kept.empty() ||
           !outdated.empty() || std::any_of(sets.begin(), sets.end(), [](const LiveSet& set) {
               return set.held || !set.stale.empty() || !set.pending.empty() || !set.tampered.empty() ||
                      !set.added.empty() || !set.changed.empty() || !set.removed.empty() || !set.links_made.empty() ||
                      !set.links_removed.empty();
           });
}

Status look(os::System& system, const Options& options) {
    return Look(system, options).run();
}

}  // namespace bestow::activation
