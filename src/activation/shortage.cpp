#include "activation/shortage.hpp"

#include "activation/generations.hpp"
#include "activation/stage.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cerrno>

namespace bestow::activation {
namespace {

/// What others than bestow have written to, as "NAME of user UID".
std::vector<std::string> changed_by_owners(const delivery::PlanInput& input, const delivery::Observed& observed,
                                           std::vector<std::string>& paths) {
    std::vector<std::string> words;
    for (const delivery::FileRecord& record : observed.state.files) {
        const auto file = observed.files.find(record.path);
        if (file == observed.files.end()) {  // gone, or too large to be read
            paths.push_back(record.path);
            words.push_back(format("{} of user {}", quoted(record.path), record.uid));
        } else if (!delivery::is_as_delivered(record, file->second.content.view(), input.tag_keys)) {
            paths.push_back(record.path);
            words.push_back(format("{} of user {}", quoted(record.path), file->second.owner.uid));
        }
    }
    return words;
}

void remove_from_live(os::System& system, int memory, const delivery::Observed& observed,
                      const std::vector<std::string>& paths) {
    const auto live = system.try_open_directory_beneath(memory, std::to_string(observed.generation));
    for (const std::string& path : paths) {
        if (live && system.try_status(live->get(), path)) {
            system.remove_file(live->get(), path);
        }
    }
}

}  // namespace

std::vector<std::string> stage_despite_shortage(os::System& system, int memory, const delivery::PlanInput& input,
                                                const delivery::Observed& observed, const delivery::Plan& plan) {
    try {
        stage(system, memory, plan);
        return {};
    } catch (const Error& error) {
        if (error.errno_value() != ENOSPC || !observed.live) {
            throw;
        }
    }
    std::vector<std::string> going = plan.removed;
    const std::vector<std::string> changed = changed_by_owners(input, observed, going);
    remove_from_live(system, memory, observed, going);
    prune_generations(system, memory, 1);
    const std::string cause = changed.empty() ? "" : format(" (written to by others: {})", join(changed, ", "));
    try {
        stage(system, memory, plan);
    } catch (Error& error) {
        error.add_context(format("no room for a new generation{}", cause));
        throw;
    }
    return {format("there was no room for a new generation until all older ones were removed{}", cause)};
}

}  // namespace bestow::activation
