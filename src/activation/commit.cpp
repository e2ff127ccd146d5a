#include "activation/commit.hpp"

#include "activation/generations.hpp"
#include "activation/links.hpp"
#include "activation/state_directory.hpp"

namespace bestow::activation {
namespace {

template <typename Step>
void attempt(std::vector<delivery::Problem>& problems, const std::string& what, Step step) {
    try {
        step();
    } catch (const Error& error) {
        problems.push_back({what, error.kind(), error.full_message()});
    }
}

}  // namespace

void switch_generation(os::System& system, const SetPlace& place, const delivery::Plan& plan) {
    const std::string temporary = std::string(kCurrent) + ".new";
    if (system.try_status(place.memory, temporary)) {
        system.remove_file(place.memory, temporary);
    }
    system.make_link(place.memory, temporary, std::to_string(plan.generation));
    try {
        system.rename(place.memory, temporary, kCurrent);
    } catch (const Error&) {
        system.remove_file(place.memory, temporary);
        throw;
    }
}

Keep keep_of(const delivery::PlanInput& input, const delivery::Plan& plan, unsigned keep_generations) {
    Keep keep;
    if (input.held) {
        for (const delivery::Item& item : input.items) {
            keep.paths.insert(item.path);
        }
        return keep;
    }
    keep.generations = keep_generations;
    for (const delivery::FileRecord& record : plan.state.files) {
        keep.paths.insert(record.path);
    }
    return keep;
}

std::vector<delivery::Problem> finish(os::System& system, const SetPlace& place, const delivery::Plan& plan,
                                      const Keep& keep) {
    std::vector<delivery::Problem> problems;
    if (plan.make_entry) {
        attempt(problems, place.entry_path(),
                [&] { system.make_link(place.run, place.names.entry, place.names.entry_target()); });
    }
    // What is not to be read any more goes before anything that others could delay.
    const std::string memory_path = place.run_path + "/" + place.names.directory;
    if (keep.generations) {
        attempt(problems, memory_path, [&] { prune_generations(system, place.memory, *keep.generations); });
    }
    attempt(problems, memory_path, [&] { forget_undelivered(system, place.memory, keep.paths); });
    attempt(problems, place.state_path,
            [&] { write_link_record(system, place.state_path, place.names.entry, plan.state.links); });
    for (const delivery::LinkStep& step : plan.links) {
        attempt(problems, step.path, [&] { apply_link(system, step); });
    }
    return problems;
}

void forget_pending(os::System& system, const SetPlace& place, const delivery::Plan& plan) {
    const std::string name = std::to_string(plan.generation) + "/" + kPendingFile;
    if (system.try_status(place.memory, name)) {
        system.remove_file(place.memory, name);
    }
}

}  // namespace bestow::activation
