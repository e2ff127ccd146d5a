#include "operations/creation_config.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/path.hpp"
#include "base/text.hpp"

#include <utility>

namespace bestow::operations {
namespace {

constexpr const char* kConfigFile = ".sops.yaml";
constexpr const char* kOtherName = ".sops.yml";
constexpr std::size_t kLimitBytes = std::size_t{1} << 20;
constexpr std::size_t kMostParents = 100;  // as in sops

std::string joined(const std::string& folder, std::string_view name) {
    return folder + (folder.ends_with('/') ? "" : "/") + std::string(name);
}

/// Without "." and "..", of an absolute path.
std::string cleaned(const std::string& path) {
    std::vector<std::string> parts;
    for (const std::string_view part : split(path, '/')) {
        if (part == "..") {
            if (!parts.empty()) {
                parts.pop_back();
            }
        } else if (!part.empty() && part != ".") {
            parts.emplace_back(part);
        }
    }
    return "/" + join(parts, "/");
}

bool is_working_directory(os::System& system, const std::string& path) {
    try {
        const os::FileStatus named = system.status(system.open_directory(path).get());
        const os::FileStatus real = system.status(system.open_directory(".").get());
        return named.device == real.device && named.inode == real.inode;
    } catch (const Error&) {
        return false;
    }
}

std::string working_directory(os::System& system) {
    const std::optional<std::string> named = system.environment("PWD");
    if (named && named->starts_with('/') && is_working_directory(system, *named)) {
        return cleaned(*named);
    }
    return system.real_path(".");
}

/// Where to look, nearest first. sops goes by "..", which is the real parent, also behind a link.
std::vector<std::string> folders_upwards(os::System& system, const std::string& file, LookFrom from) {
    std::vector<std::string> folders;
    if (from == LookFrom::WorkingDirectory) {
        for (std::string folder = "."; folders.size() < kMostParents; folder += "/..") {
            folders.push_back(folder);
        }
        return folders;
    }
    for (std::string path = absolute_path(system, file); path != "/" && folders.size() < kMostParents;) {
        path = parent_of(path);
        folders.push_back(path);
    }
    return folders;
}

CreationConfig read_config(os::System& system, const std::string& path, int file) {
    try {
        return {path, parent_of(absolute_path(system, path)),
                sops::CreationRules::parse(system.read_text(file, kLimitBytes, path))};
    } catch (Error& error) {
        error.add_context(path);
        throw;
    }
}

}  // namespace

std::string absolute_path(os::System& system, const std::string& path) {
    return cleaned(path.starts_with('/') ? path : working_directory(system) + "/" + path);
}

CreationConfig read_creation_config(os::System& system, const std::string& path) {
    return read_config(system, path, system.open_for_reading(path).get());
}

std::optional<CreationConfig> find_creation_config(os::System& system, const std::string& file, LookFrom from,
                                                   std::vector<std::string>& warnings) {
    bool passed_over = false;
    for (const std::string& folder : folders_upwards(system, file, from)) {
        const std::string path = joined(folder, kConfigFile);
        if (const std::optional<os::UniqueFd> found = system.try_open_file(path)) {
            return read_config(system, path, found->get());
        }
        const std::string other = joined(folder, kOtherName);
        if (!passed_over && system.try_open_file(other)) {
            passed_over = true;
            warnings.push_back(format("{} is passed over: the name has to be {}", quoted(other), kConfigFile));
        }
    }
    return std::nullopt;
}

const sops::CreationRule* find_rule(os::System& system, const CreationConfig& config, const std::string& file) {
    try {
        return config.rules.find_rule(sops::path_for_rules(config.folder, absolute_path(system, file)));
    } catch (Error& error) {
        error.add_context(config.path);
        throw;
    }
}

}  // namespace bestow::operations
