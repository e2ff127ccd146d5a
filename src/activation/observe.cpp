#include "activation/observe.hpp"

#include "activation/generations.hpp"
#include "activation/links.hpp"

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
        const auto file = system.try_open_file_beneath(generation, path);
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

LinkStatus observe_entry(os::System& system, const SetPlace& place) {
    if (!system.try_status(place.run, place.names.entry)) {
        return LinkStatus::Missing;
    }
    const auto target = system.try_read_link(place.run, place.names.entry);
    return target && *target == place.names.entry_target() ? LinkStatus::Right : LinkStatus::Foreign;
}

}  // namespace

Observed observe(os::System& system, const SetPlace& place, const std::vector<delivery::Item>& items) {
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
        const std::string& link = item.placement.link;
        if (!link.empty()) {
            observed.links[link] = observe_link(system, link, place.entry_path() + "/" + item.path, place.entry_path());
        }
    }
    for (const std::string& link : observed.state.links) {
        if (observed.links.count(link) == 0) {
            observed.links[link] = observe_link(system, link, {}, place.entry_path());
        }
    }
    return observed;
}

}  // namespace bestow::activation
