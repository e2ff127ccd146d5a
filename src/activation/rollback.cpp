#include "activation/rollback.hpp"

#include "activation/commit.hpp"
#include "activation/generations.hpp"
#include "activation/hold.hpp"
#include "activation/observe.hpp"
#include "activation/owners.hpp"
#include "activation/places.hpp"
#include "activation/prepare.hpp"
#include "activation/stager.hpp"
#include "activation/trusted_path.hpp"
#include "activation/units.hpp"
#include "base/format.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace bestow::activation {
namespace {

constexpr unsigned kOpenMode = 0751;
constexpr unsigned kClosedMode = 0700;
constexpr unsigned kRecordMode = 0400;
constexpr const char* kReassignedFile = ".bestow-reassigned";

delivery::Phase phase_of(Phases phases) {
    return phases == Phases::Early ? delivery::Phase::Early : delivery::Phase::Main;
}

/// One set of this machine, locked.
struct LockedSet {
    TrustedDirectory run;
    os::UniqueFd memory;
    SetPlace place;
};

LockedSet lock_set(os::System& system, const Options& options) {
    const std::string run = run_directory_of(system, options, read_settings(system, options));
    LockedSet set{open_trusted_directory(system, run), {}, {}};
    set.place.names = names_of(phase_of(options.phases));
    set.place.run = set.run.fd.get();
    set.place.run_path = set.run.path == "/" ? "" : set.run.path;
    set.place.state_path = state_directory_of(system, options);
    auto memory = try_lock_memory(system, set.place.run, set.place.names.directory, Accept::whatever());
    if (!memory) {
        throw Error(ErrorKind::NotFound, format("nothing was delivered to {}", quoted(set.place.entry_path())),
                    "bestow activate delivers");
    }
    set.memory = std::move(*memory);
    set.place.memory = set.memory.get();
    return set;
}

unsigned choose(const Generations& present, std::optional<unsigned> wanted, const std::string& entry_path) {
    const unsigned live = present.current.value_or(0);
    if (wanted && *wanted == live) {
        throw Error(ErrorKind::Usage, format("generation {} of {} is live", live, entry_path));
    }
    std::optional<unsigned> found;
    for (const unsigned number : present.complete) {
        if (wanted ? number == *wanted : number < live) {
            found = number;
        }
    }
    if (!found) {
        throw Error(ErrorKind::NotFound,
                    wanted ? format("{} has no generation {}", entry_path, *wanted)
                           : format("{} has no generation before {}", entry_path, live),
                    "`bestow generations` lists them; keep_generations in bestow.yaml says how many are kept");
    }
    return *found;
}

class Rollback {
  public:
    Rollback(os::System& system, const RollbackOptions& options)
        : system_(system), options_(options), set_(lock_set(system, options.options)) {}

    RollbackReport run(const AnnounceRollback& announce) {
        plan();
        report_.dry_run = options_.options.dry_run;
        if (!report_.dry_run) {
            make_ready();
            go_live();
        }
        const bool told = report_.dry_run || tell_systemd();
        if (tell(announce) && told && !report_.dry_run) {
            attempt([&] { forget_pending(system_, set_.place, switched_); });
        }
        return std::move(report_);
    }

  private:
    [[nodiscard]] std::string name() const { return std::to_string(report_.plan.generation); }

    void plan() {
        const Generations present = list_generations(system_, set_.place.memory);
        report_.entry_path = set_.place.entry_path();
        const unsigned wanted = choose(present, options_.generation, report_.entry_path);
        if (present.current) {
            observe_generation(system_, set_.place.memory, *present.current, live_);
            report_.before = *present.current;
        }
        observe_generation(system_, set_.place.memory, wanted, target_);
        if (!target_.live) {
            throw Error(ErrorKind::Format, format("the record of generation {} is damaged", wanted));
        }
        delivery::RollbackInput input;
        input.live = &live_;
        input.target = &target_;
        ask_the_store(input);
        report_.plan = delivery::plan_rollback(input);
        report_.held = options_.hold;
        switched_.generation = wanted;
    }

    /// A store that can be read has the last word. One that cannot may be the reason to roll back: what is live then
    /// tells the last word that was heard.
    void ask_the_store(delivery::RollbackInput& input) {
        std::optional<Source> source;
        const policy::HostSettings settings = read_settings(system_, options_.options);
        try {
            source.emplace(open_source(system_, options_.options, settings));
        } catch (const Error& error) {
            report_.warnings.push_back(
                format("what the store delivers cannot be read, so that what is live tells who may have what: {}",
                       error.full_message()));
            if (live_.live) {
                input.delivered = delivered_last();
            }
            return;
        }
        identified_.emplace(identify(system_, options_.options, settings, *source));
        input.delivered = delivered_now();
        input.now = system_.now();
        input.max_stale_seconds = identified_->manifest.settings.max_stale_seconds;
        for (const SecretBytes& key : identified_->self.tag_keys) {
            input.tag_keys.push_back(key.view());
        }
    }

    [[nodiscard]] std::map<std::string, delivery::DeliveredTo> delivered_last() const {
        std::map<std::string, delivery::DeliveredTo> delivered;
        for (const delivery::FileRecord& record : live_.state.files) {
            delivered[record.path] = {{record.uid, record.gid}, record.mode_bits, record.owner_pending};
        }
        return delivered;
    }

    std::map<std::string, delivery::DeliveredTo> delivered_now() {
        Owners owners(system_);
        if (options_.options.user) {
            owners.set_only({system_.effective_uid(), system_.status(set_.place.memory).gid});
        }
        std::map<std::string, delivery::DeliveredTo> delivered;
        const delivery::Phase phase = phase_of(options_.options.phases);
        for (const auto& [path, placement] : delivery::delivered_placements(identified_->manifest, phase)) {
            const auto owner = owners.find(placement);
            delivered[path] = owner ? delivery::DeliveredTo{*owner, placement.mode_bits, false}
                                    : delivery::DeliveredTo{{}, delivery::kPendingMode, true};
        }
        return delivered;
    }

    /// As a new file: whoever had it until now may still hold it open for writing.
    void reassign(int generation, const delivery::PlannedFile& file) {
        delivery::PlannedFile made = file;
        made.record.path = kReassignedFile;
        if (system_.try_status(generation, kReassignedFile)) {
            system_.remove_file(generation, kReassignedFile);
        }
        Stager(system_, generation).write_file(made);
        system_.rename(generation, kReassignedFile, file.record.path);
    }

    /// While it is still closed: what may not come back goes, what comes back is whose it has to be, and its record
    /// says so.
    void make_ready() {
        const auto generation = system_.try_open_directory_beneath(set_.place.memory, name());
        require(generation.has_value(), "a generation whose lock is held stays");
        for (const delivery::PlannedFile& file : report_.plan.reassigned) {
            reassign(generation->get(), file);
        }
        for (const auto* paths : {&report_.plan.revoked, &report_.plan.tampered, &report_.plan.expired}) {
            for (const std::string& path : *paths) {
                system_.remove_file(generation->get(), path);
            }
        }
        replace_file(system_, generation->get(), kStateFile,
                     {as_bytes(delivery::encode_state(report_.plan.state)), kRecordMode});
        if (!report_.plan.units.empty()) {
            replace_file(system_, generation->get(), kPendingFile,
                         {as_bytes(delivery::encode_units(report_.plan.units)), kRecordMode});
        }
    }

    void go_live() {
        if (options_.hold) {
            write_hold(system_, set_.place.memory, {report_.plan.generation});
        }
        const auto generation = system_.try_open_directory_beneath(set_.place.memory, name());
        require(generation.has_value(), "a generation whose lock is held stays");
        system_.change_mode(generation->get(), kOpenMode);
        try {
            switch_generation(system_, set_.place, switched_);
        } catch (const Error&) {
            system_.change_mode(generation->get(), kClosedMode);
            throw;
        }
        attempt([&] { close_other_generations(system_, set_.place.memory, report_.plan.generation); });
        if (!options_.hold) {
            attempt([&] { (void)remove_hold(system_, set_.place.memory); });
        }
    }

    /// From the switch on a failure is a problem: everything is valid, and the next run finishes it.
    template <typename Step>
    void attempt(Step step) {
        try {
            step();
        } catch (const Error& error) {
            report_.problems.push_back({report_.entry_path, error.kind(), error.full_message()});
        }
    }

    /// False when they were not all told: then they stay recorded.
    bool tell_systemd() {
        const UnitsTold told = try_tell_units(system_, report_.plan.units, options_.options);
        report_.units_told = told.by_systemd;
        report_.problems.insert(report_.problems.end(), told.problems.begin(), told.problems.end());
        return told.all;
    }

    bool tell(const AnnounceRollback& announce) {
        try {
            announce(report_);
            return true;
        } catch (const Error& error) {
            report_.problems.push_back({"report", error.kind(), error.full_message()});
            return false;
        }
    }

    os::System& system_;
    const RollbackOptions& options_;
    LockedSet set_;
    delivery::Observed live_, target_;
    std::optional<Identified> identified_;
    delivery::Plan switched_;
    RollbackReport report_;
};

Generation describe(os::System& system, int memory, unsigned number, const Generations& present) {
    delivery::Observed observed;
    observe_generation(system, memory, number, observed);
    Generation result;
    result.number = number;
    result.live = present.current == std::optional(number);
    result.held = result.live && held_generation(system, memory);
    result.made_at = observed.state.made_at;
    result.provenance = observed.state.provenance;
    if (result.live) {
        const auto link = system.try_status(memory, kCurrent);
        result.live_since = link ? link->modified_seconds : 0;
    }
    for (const auto& [path, file] : observed.files) {
        result.files.push_back(path);
    }
    return result;
}

std::vector<SetGenerations> list_all_sets(os::System& system, const Options& options) {
    const TrustedDirectory run =
        open_trusted_directory(system, run_directory_of(system, options, read_settings(system, options)));
    std::vector<SetGenerations> sets;
    for (const auto phase : {delivery::Phase::Early, delivery::Phase::Main}) {
        const SetNames names = names_of(phase);
        const auto memory = try_open_memory(system, run.fd.get(), names.directory, Accept::whatever());
        if (!memory) {
            continue;
        }
        SetGenerations set{(run.path == "/" ? "" : run.path) + "/" + names.entry, {}};
        const Generations present = list_generations(system, memory->get());
        for (const unsigned number : present.complete) {
            set.generations.push_back(describe(system, memory->get(), number, present));
        }
        if (!set.generations.empty()) {
            sets.push_back(std::move(set));
        }
    }
    return sets;
}

}  // namespace

std::vector<SetGenerations> list_sets(os::System& system, const Options& options) {
    return as_root(system, options, [&] { return list_all_sets(system, options); });
}

RollbackReport rollback(os::System& system, const RollbackOptions& options, const AnnounceRollback& announce) {
    return as_root(system, options.options, [&] { return Rollback(system, options).run(announce); });
}

bool release_hold(os::System& system, const Options& options) {
    const LockedSet set = as_root(system, options, [&] { return lock_set(system, options); });
    const bool held = held_generation(system, set.place.memory).has_value();
    return remove_hold(system, set.place.memory) && held;
}

}  // namespace bestow::activation
