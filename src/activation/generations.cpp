#include "activation/generations.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <charconv>

namespace bestow::activation {
namespace {

constexpr std::string_view kStagingSuffix = ".new";
constexpr unsigned kClosedMode = 0700;

bool is_leftover(std::string_view name) {
    if (name.size() <= kStagingSuffix.size() || name.substr(name.size() - kStagingSuffix.size()) != kStagingSuffix) {
        return false;
    }
    name.remove_suffix(kStagingSuffix.size());
    return name == kCurrent || generation_number(name);
}

bool is_ours(os::System& system, int memory, const std::string& name) {
    const auto status = system.try_status(memory, name);
    if (!status || status->type != os::FileType::Directory) {
        return false;
    }
    const auto state = system.try_status(memory, name + "/" + kStateFile);
    return state && state->type == os::FileType::Regular;
}

void close_generation(os::System& system, int memory, unsigned generation) {
    const auto opened = system.try_open_directory_beneath(memory, std::to_string(generation));
    if (opened && system.status(opened->get()).mode_bits != kClosedMode) {
        system.change_mode(opened->get(), kClosedMode);
    }
}

/// Of the files that a generation was made with; nullopt when its record cannot be read.
std::optional<std::vector<std::string>> recorded_paths(os::System& system, int generation) {
    const auto file = system.try_open_file_beneath(generation, kStateFile);
    if (!file) {
        return std::nullopt;
    }
    const std::string text = system.read_text(file->get(), kMaxGenerationBytes, kStateFile);
    try {
        std::vector<std::string> paths;
        for (const delivery::FileRecord& record : delivery::parse_state(text).files) {
            paths.push_back(record.path);
        }
        return paths;
    } catch (const Error&) {
        return std::nullopt;
    }
}

}  // namespace

std::optional<unsigned> generation_number(std::string_view name) {
    unsigned number = 0;
    const auto [end, failure] = std::from_chars(name.data(), name.data() + name.size(), number);
    const bool valid = failure == std::errc() && end == name.data() + name.size() && std::to_string(number) == name;
    return valid && number != 0 ? std::optional(number) : std::nullopt;
}

std::string staging_name(unsigned generation) {
    return std::to_string(generation) + std::string(kStagingSuffix);
}

Generations list_generations(os::System& system, int memory) {
    Generations result;
    if (const auto target = system.try_read_link(memory, kCurrent)) {
        result.current = generation_number(*target);
    }
    for (const std::string& name : system.list_directory(memory)) {
        if (const auto number = generation_number(name)) {
            result.highest = std::max(result.highest, *number);
            if (is_ours(system, memory, name)) {
                result.complete.push_back(*number);
            }
        } else if (is_leftover(name)) {
            result.leftovers.push_back(name);
            const auto of_leftover = generation_number(std::string_view(name).substr(0, name.find('.')));
            result.highest = std::max(result.highest, of_leftover.value_or(0));  // it may not be possible to remove it
        }
    }
    std::sort(result.complete.begin(), result.complete.end());
    return result;
}

void prune_generations(os::System& system, int memory, unsigned keep) {
    const Generations generations = list_generations(system, memory);
    for (const std::string& name : generations.leftovers) {
        remove_tree(system, memory, name);
    }
    const unsigned live = generations.current.value_or(0);
    unsigned kept = 0;
    for (auto number = generations.complete.rbegin(); number != generations.complete.rend(); ++number) {
        if (*number > live || kept >= std::max(keep, 1U)) {
            remove_generation(system, memory, *number);
            continue;
        }
        ++kept;
        if (*number != live) {
            close_generation(system, memory, *number);
        }
    }
}

void close_other_generations(os::System& system, int memory, unsigned open) {
    for (const unsigned number : list_generations(system, memory).complete) {
        if (number != open) {
            close_generation(system, memory, number);
        }
    }
}

void replace_file(os::System& system, int directory, const std::string& name, const NewContent& content) {
    const std::string temporary = name + std::string(kStagingSuffix);
    if (system.try_status(directory, temporary)) {
        system.remove_file(directory, temporary);
    }
    {
        const os::UniqueFd file = system.create_file(directory, temporary, content.mode_bits);
        system.write_all(file.get(), content.bytes, name);
    }
    system.rename(directory, temporary, name);
}

void forget_undelivered(os::System& system, int memory, const std::set<std::string>& delivered) {
    const Generations generations = list_generations(system, memory);
    for (const unsigned number : generations.complete) {
        if (generations.current == std::optional(number)) {
            continue;
        }
        const auto opened = system.try_open_directory_beneath(memory, std::to_string(number));
        const auto recorded = opened ? recorded_paths(system, opened->get()) : std::nullopt;
        if (!recorded) {
            remove_generation(system, memory, number);
            continue;
        }
        for (const std::string& path : *recorded) {
            if (delivered.count(path) == 0 && system.try_status(opened->get(), path)) {
                system.remove_file(opened->get(), path);
            }
        }
    }
}

void remove_generation(os::System& system, int memory, unsigned generation) {
    const std::string name = staging_name(generation);
    if (system.try_status(memory, std::to_string(generation))) {
        system.rename(memory, std::to_string(generation), name);
    }
    remove_tree(system, memory, name);
}

bool try_remove_generation(os::System& system, int memory, unsigned generation) {
    try {
        remove_generation(system, memory, generation);
        return true;
    } catch (const Error&) {
        return false;
    }
}

}  // namespace bestow::activation
