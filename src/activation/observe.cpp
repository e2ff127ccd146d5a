#include "activation/observe.hpp"

#include "activation/generations.hpp"
#include "activation/links.hpp"
#include "activation/state_directory.hpp"

#include <algorithm>

namespace bestow::activation {
namespace {

using delivery::LinkStatus;
using delivery::Observed;

/// A text that bestow put into a generation; nullopt when it is not there.
std::optional<std::string> read_own(os::System& system, int generation, const char* name) {
    const auto file = system.try_open_file_beneath(generation, name);
    return file ? std::optional(system.read_text(file->get(), kMaxGenerationBytes, name)) : std::nullopt;
}

/// A delivered file; nullopt when it is gone, or is nothing that bestow could have made: then it is made anew.
std::optional<delivery::ObservedFile> read_delivered(os::System& system, int generation, const std::string& path) {
    try {
        const auto entry = system.try_status(generation, path);
        const bool is_file = entry && entry->type == os::FileType::Regular;
        const auto file = is_file ? system.try_open_file_beneath(generation, path) : std::nullopt;
        if (!file) {
            return std::nullopt;
        }
        const os::FileStatus status = system.status(file->get());
        return delivery::ObservedFile{
            system.read_secret(file->get(), kMaxGenerationBytes, path), {status.uid, status.gid}, status.mode_bits};
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::System) {
            throw;
        }
        return std::nullopt;
    }
}

LinkStatus observe_entry(os::System& system, const SetPlace& place) {
    if (!system.try_status(place.run, place.names.entry)) {
        return LinkStatus::Missing;
    }
    const auto target = system.try_read_link(place.run, place.names.entry);
    return target && *target == place.names.entry_target() ? LinkStatus::Right : LinkStatus::Foreign;
}

LinkStatus observe_wanted(os::System& system, const SetPlace& place, const delivery::Item& item, Owners& owners) {
    const auto owner = owners.find(item.placement);
    LinkQuestion question;
    question.path = item.placement.link;
    question.target = place.entry_path() + "/" + item.path;
    question.home = owners.home_of(item.placement);
    question.entry_path = place.entry_path();
    question.folder_owner.uid = owner ? std::optional(owner->uid) : std::nullopt;
    return observe_link(system, question);
}

/// Of one that may have to go: taking away a link that leads into the set harms nobody whose folder it is in.
LinkStatus observe_recorded(os::System& system, const SetPlace& place, const std::string& path) {
    LinkQuestion question;
    question.path = path;
    question.entry_path = place.entry_path();
    question.folder_owner.any_owner = true;
    return observe_link(system, question);
}

/// Adds those that are on record from before a reboot, or from before a generation that was lost.
void recall_links(os::System& system, const SetPlace& place, std::vector<std::string>& links) {
    for (const std::string& link : read_link_record(system, place.state_path, place.names.entry)) {
        if (std::find(links.begin(), links.end(), link) == links.end()) {
            links.push_back(link);
        }
    }
    std::sort(links.begin(), links.end());
}

}  // namespace

void observe_generation(os::System& system, int memory, unsigned number, Observed& observed) {
    const auto generation = system.try_open_directory_beneath(memory, std::to_string(number));
    const auto state = generation ? read_own(system, generation->get(), kStateFile) : std::nullopt;
    if (!state) {
        return;
    }
    try {
        observed.state = delivery::parse_state(*state);
    } catch (const Error&) {
        return;  // damaged: what is there counts for nothing, and everything is delivered anew
    }
    observed.live = true;
    observed.generation = number;
    for (const delivery::FileRecord& record : observed.state.files) {
        if (auto file = read_delivered(system, generation->get(), record.path)) {
            observed.files.emplace(record.path, std::move(*file));
        }
    }
    if (const auto pending = read_own(system, generation->get(), kPendingFile)) {
        try {
            observed.pending = delivery::parse_units(*pending);
        } catch (const Error&) {
            observed.pending = {};
        }
    }
}

Observed observe(os::System& system, const SetPlace& place, const std::vector<delivery::Item>& items, Owners& owners) {
    Observed observed;
    observed.entry = observe_entry(system, place);
    if (place.memory >= 0) {
        const Generations generations = list_generations(system, place.memory);
        observed.highest = generations.highest;
        if (generations.current) {
            observe_generation(system, place.memory, *generations.current, observed);
        }
    }
    for (const delivery::Item& item : items) {
        if (!item.placement.link.empty()) {
            observed.links[item.placement.link] = observe_wanted(system, place, item, owners);
        }
    }
    recall_links(system, place, observed.state.links);
    for (const std::string& link : observed.state.links) {
        if (observed.links.count(link) == 0) {
            observed.links[link] = observe_recorded(system, place, link);
        }
    }
    return observed;
}

}  // namespace bestow::activation
