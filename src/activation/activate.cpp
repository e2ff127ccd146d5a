#include "activation/activate.hpp"

#include "activation/commit.hpp"
#include "activation/generations.hpp"
#include "activation/hold.hpp"
#include "activation/journal.hpp"
#include "activation/owners.hpp"
#include "activation/places.hpp"
#include "activation/prepare.hpp"
#include "activation/shortage.hpp"
#include "activation/sops_nix_tree.hpp"
#include "activation/trusted_path.hpp"
#include "activation/units.hpp"
#include "base/format.hpp"

#include <algorithm>

namespace bestow::activation {
namespace {

using delivery::Phase;

/// One of the sets of this run, from lock to last step.
struct Set {
    Phase phase = Phase::Main;
    os::UniqueFd memory;
    SetPlace place;
    bool held = false;  ///< by a rollback
    delivery::PlanInput input;
    delivery::Observed observed;
    delivery::Plan plan;
};

/// An activation in its order: lock, find out, plan, stage, commit.
class Run {
  public:
    Run(os::System& system, const Options& options)
        : system_(system),
          options_(options),
          run_(open_trusted_directory(system, run_directory_of(system, options, read_settings(system, options)))),
          state_path_(state_directory_of(system, options)) {
        // The main set first, always: two activations that want both must not wait for each other.
        std::vector<Phase> phases = phases_of(options);
        std::reverse(phases.begin(), phases.end());
        for (const Phase phase : phases) {
            Set set;
            set.phase = phase;
            set.place = {names_of(phase), run_.fd.get(), run_.path == "/" ? "" : run_.path, -1, state_path_};
            sets_.push_back(std::move(set));
        }
    }

    Report run(const Announce& announce) {
        for (const Set& set : sets_) {
            refuse_sops_nix_tree(system_, run_.fd.get(), set.place.names);
        }
        prepare_under_lock();
        for (Set& set : sets_) {
            make_plan_of(set);
        }
        check_identity();
        if (options_.dry_run) {
            announce(report_);
            return std::move(report_);
        }
        stage_all();
        commit_all();
        keep_what_works();
        const bool told = tell_systemd();
        write_journal(system_, report_);
        if (tell(announce) && told) {
            forget_all();
        }
        return std::move(report_);
    }

  private:
    [[nodiscard]] bool is_wanted(const Set& set) const {
        return set.phase == Phase::Main || options_.phases == Phases::Early || is_there(set) ||
               !prepared_.items.at(Phase::Early).empty();
    }

    /// What an earlier run delivered early has to go when nothing is early any more, locked by now or not. A mount that
    /// nothing was written to (mount_sets) is nothing.
    [[nodiscard]] bool is_there(const Set& set) const {
        if (set.memory.valid()) {
            return !system_.list_directory(set.memory.get()).empty();
        }
        const auto memory = try_open_memory(system_, run_.fd.get(), set.place.names.directory, Accept::whatever());
        return memory && !system_.list_directory(memory->get()).empty();
    }

    /// Where a set is there already, its lock comes before reading the store, so that of two activations the later one
    /// has the later store. A set that is not there yet is made only once everything else is known to work.
    void prepare_under_lock() {
        const bool had_all = lock_existing();
        prepare_again();
        if (options_.dry_run || had_all) {
            drop_unwanted();
            return;
        }
        if (make_missing()) {
            prepare_again();
        }
        drop_unwanted();
    }

    void prepare_again() {
        prepared_ = {};  // values of an earlier try go first
        prepared_ = prepare(system_, options_, {state_path_, !is_live()});
    }

    /// Where something is live, a store that cannot be read changes nothing.
    [[nodiscard]] bool is_live() const {
        const Set& set = sets_.front();  // the main one, unless only the early one is asked for
        return set.memory.valid() && list_generations(system_, set.place.memory).current;
    }

    /// Stops at the first set that is missing, so that locks are taken in one order only; a dry run takes none.
    bool lock_existing() {
        bool all = true;
        for (Set& set : sets_) {
            const std::string& directory = set.place.names.directory;
            // Whether swap is allowed stands in the store, which is not read yet: a plain tmpfs is judged later.
            auto memory = options_.dry_run ? try_open_memory(system_, run_.fd.get(), directory, Accept::whatever())
                                           : try_lock_memory(system_, run_.fd.get(), directory, Accept::whatever());
            if (memory) {
                hold(set, std::move(*memory));
            } else if (options_.dry_run) {
                all = false;
            } else {
                return false;
            }
        }
        return all;
    }

    /// True when one of them was live by the time that its lock was had: then the store may have changed meanwhile.
    bool make_missing() {
        bool live = false;
        for (Set& set : sets_) {
            if (!set.memory.valid() && is_wanted(set)) {
                check_may_mount(set);
                hold(set, make_and_lock_memory(system_, run_.fd.get(), set.place.names.directory, accepted()));
                live = live || list_generations(system_, set.place.memory).current.has_value();
            }
        }
        return live;
    }

    /// Both the store and the machine have a say: whose secrets they are, and whose disk.
    [[nodiscard]] Accept accepted() const {
        Accept accept(prepared_.manifest.settings.allow_swap && prepared_.settings.allow_swap);
        accept.unmounted = accept.swap;
        return options_.user ? Accept::of_user() : accept;
    }

    void check_may_mount(const Set& set) const {
        if (!options_.may_mount) {
            throw Error(ErrorKind::Failed,
                        format("no memory file system is mounted on {}/{}, or it is not to be seen from here",
                               set.place.run_path, set.place.names.directory),
                        "bestow-store.service mounts it: `bestow activate --mount only`");
        }
    }

    static void hold(Set& set, os::UniqueFd memory) {
        set.memory = std::move(memory);
        set.place.memory = set.memory.get();
    }

    void drop_unwanted() {
        const auto unwanted = [&](const Set& set) { return !is_wanted(set); };
        sets_.erase(std::remove_if(sets_.begin(), sets_.end(), unwanted), sets_.end());
        report_.host = prepared_.manifest.host;
        report_.store_path = prepared_.store_path;
        report_.provenance = prepared_.manifest.provenance;
        report_.dry_run = options_.dry_run;
        report_.warnings = prepared_.warnings;
        for (const delivery::Problem& problem : prepared_.problems) {
            add_problem(problem);
        }
    }

    void make_plan_of(Set& set) {
        check_memory_of(set);
        if (options_.user) {  // what he makes is of the group that his files are of
            const int example = set.memory.valid() ? set.memory.get() : run_.fd.get();
            owners_.set_only({system_.effective_uid(), system_.status(example).gid});
        }
        set.input.host = prepared_.manifest.host;
        set.input.provenance = prepared_.manifest.provenance;
        set.input.entry_path = set.place.entry_path();
        set.input.items = std::move(prepared_.items.at(set.phase));
        set.input.owner_of = [this](const delivery::Placement& placement) { return owners_.find(placement); };
        for (const SecretBytes& key : prepared_.tag_keys) {
            set.input.tag_keys.push_back(key.view());
        }
        set.input.link_prefixes = prepared_.settings.link_prefixes;
        set.input.force = options_.force;
        set.held = set.memory.valid() && !options_.release_hold && held_generation(system_, set.place.memory);
        set.input.held = set.held;
        set.input.now = system_.now();
        set.input.max_stale_seconds = prepared_.manifest.settings.max_stale_seconds;
        set.observed = observe(system_, set.place, set.input.items, owners_);
        set.plan = delivery::make_plan(set.input, set.observed);
        report_.sets.push_back({set.input.entry_path, set.plan.new_generation, set.plan.generation, set.plan.added,
                                set.plan.changed, set.plan.removed, set.plan.stale, set.held,
                                link_paths(set.plan, false), link_paths(set.plan, true), set.plan.forced,
                                delivery::steps_text(set.plan)});
        report_.units.add(set.plan.units.restart, set.plan.units.reload);
        report_.units.add_awaited(set.plan.units.awaited);
        for (const delivery::Problem& problem : set.plan.problems) {
            add_problem(problem);
        }
    }

    /// Each once: a file that both sets need is broken for both.
    void add_problem(delivery::Problem problem) {
        const bool told =
            std::any_of(report_.problems.begin(), report_.problems.end(), [&](const delivery::Problem& other) {
                return other.item == problem.item && other.message == problem.message;
            });
        if (!told) {
            report_.problems.push_back(std::move(problem));
        }
    }

    void check_memory_of(const Set& set) {
        const std::string& directory = set.place.names.directory;
        if (set.memory.valid() && check_memory(system_, set.memory.get(), directory, accepted())) {
            report_.warnings.push_back(format("{}/{} is a tmpfs that can swap{}; secrets may reach the disk",
                                              set.place.run_path, directory,
                                              options_.user ? ", which a user cannot forbid" : ", as allow_swap says"));
        }
    }

    /// A key that fits the host but opens nothing, with nothing to keep, is a fault of the run.
    void check_identity() const {
        const bool delivers = std::any_of(sets_.begin(), sets_.end(), [](const Set& set) {
            return !set.plan.files.empty() || !set.plan.removed.empty();
        });
        const bool only_identity =
            std::all_of(report_.problems.begin(), report_.problems.end(),
                        [](const delivery::Problem& problem) { return problem.kind == ErrorKind::NoIdentity; });
        if (!delivers && only_identity && !report_.problems.empty()) {
            throw Error(ErrorKind::NoIdentity,
                        format("{}: {}", report_.problems.front().item, report_.problems.front().message),
                        "run `bestow sync` where the store is edited, and deploy it again");
        }
    }

    void stage_all() {
        std::vector<Set*> staged;
        try {
            for (Set& set : sets_) {
                if (set.plan.new_generation) {
                    keep_hold(set);
                    make_room(set);
                    stage_set(set);
                    staged.push_back(&set);
                }
            }
            if (!staged.empty()) {
                switch_generation(system_, staged.front()->place, staged.front()->plan);
                staged.erase(staged.begin());
            }
        } catch (...) {
            for (const Set* set : staged) {
                (void)try_remove_generation(system_, set->place.memory, set->plan.generation);
            }
            throw;
        }
        still_to_switch_ = std::move(staged);
    }

    void stage_set(const Set& set) {
        for (std::string& warning :
             stage_despite_shortage(system_, set.place.memory, set.input, set.observed, set.plan)) {
            report_.warnings.push_back(std::move(warning));
        }
    }

    /// From here on the first set is live: whatever fails is a problem, and the next run finishes it.
    void commit_all() {
        for (const Set* set : still_to_switch_) {
            try {
                switch_generation(system_, set->place, set->plan);
            } catch (const Error& error) {
                add_problem({set->input.entry_path, error.kind(), error.full_message()});
            }
        }
        for (const Set& set : sets_) {
            for (delivery::Problem& problem :
                 finish(system_, set.place, set.plan,
                        keep_of(set.input, set.plan, prepared_.manifest.settings.keep_generations))) {
                add_problem(std::move(problem));
            }
            end_hold(set);
        }
    }

    /// False when they were not all told: then they stay recorded.
    bool tell_systemd() {
        const UnitsTold told = try_tell_units(system_, report_.units, options_);
        report_.units_told = told.by_systemd;
        for (const delivery::Problem& problem : told.problems) {
            add_problem(problem);
        }
        return told.all;
    }

    /// A held set may lose what is delivered no more: it is held as the new generation, too.
    void keep_hold(const Set& set) {
        if (set.held) {
            write_hold(system_, set.place.memory, {set.observed.generation, set.plan.generation});
        }
    }

    /// Also of a hold that a switch by other means has made void.
    void end_hold(const Set& set) {
        if (set.held) {
            return;
        }
        try {
            (void)remove_hold(system_, set.place.memory);
        } catch (const Error& error) {
            add_problem({set.input.entry_path, error.kind(), error.full_message()});
        }
    }

    /// What somebody has mounted something on cannot go; that is no reason to deliver nothing.
    void make_room(const Set& set) {
        try {
            prune_generations(system_, set.place.memory, prepared_.manifest.settings.keep_generations);
        } catch (const Error& error) {
            add_problem({set.input.entry_path, error.kind(), error.full_message()});
        }
    }

    void keep_what_works() {
        std::string warning = keep_for_next_boot(system_, options_, state_path_, prepared_);
        if (!warning.empty()) {
            report_.warnings.push_back(std::move(warning));
        }
    }

    /// False when nobody heard it: then the units stay recorded, and the next run tells them.
    bool tell(const Announce& announce) {
        try {
            announce(report_);
            return true;
        } catch (const Error& error) {
            add_problem({"report", error.kind(), error.full_message()});
            return false;
        }
    }

    void forget_all() {
        for (const Set& set : sets_) {
            if (set.plan.units.empty()) {
                continue;
            }
            try {
                forget_pending(system_, set.place, set.plan);
            } catch (const Error& error) {
                add_problem({set.input.entry_path, error.kind(), error.full_message()});
            }
        }
    }

    os::System& system_;
    const Options& options_;
    TrustedDirectory run_;
    std::string state_path_;
    Owners owners_{system_};
    Prepared prepared_;
    std::vector<Set> sets_;
    std::vector<Set*> still_to_switch_;
    Report report_;
};

}  // namespace

Report activate(os::System& system, const Options& options, const Announce& announce) {
    return as_root(system, options, [&] { return Run(system, options).run(announce); });
}

}  // namespace bestow::activation
