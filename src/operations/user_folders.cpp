#include "operations/user_folders.hpp"

#include "base/error.hpp"

#include <cerrno>

namespace bestow::operations {
namespace {

std::string folder_from(os::System& system, const std::string& variable, const std::string& below_home) {
    const std::optional<std::string> value = system.environment(variable);
    return value && value->starts_with('/') ? *value : home_folder(system) + below_home;
}

}  // namespace

std::string home_folder(os::System& system) {
    const std::optional<std::string> home = system.environment("HOME");
    if (!home || !home->starts_with('/')) {
        throw Error(ErrorKind::Failed, "HOME is not set to an absolute path");
    }
    return *home;
}

std::string config_folder(os::System& system) {
    return folder_from(system, "XDG_CONFIG_HOME", "/.config");
}

std::string state_folder(os::System& system) {
    return folder_from(system, "XDG_STATE_HOME", "/.local/state") + "/bestow";
}

os::UniqueFd make_folder(os::System& system, const std::string& path, unsigned mode_bits) {
    try {
        return system.open_directory(path);
    } catch (const Error& error) {
        const std::size_t slash = path.rfind('/');
        if (error.errno_value() != ENOENT || slash == std::string::npos || slash == 0) {
            throw;
        }
        const os::UniqueFd parent = make_folder(system, path.substr(0, slash), mode_bits);
        system.make_directory(parent.get(), path.substr(slash + 1), mode_bits);
        return system.open_directory(path);
    }
}

}  // namespace bestow::operations
