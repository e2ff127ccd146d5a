#include "activation/places.hpp"

#include "activation/trusted_path.hpp"
#include "base/format.hpp"
#include "base/text.hpp"

namespace bestow::activation {
namespace {

constexpr const char* kSettingsFile = "/etc/bestow/host.yaml";
constexpr std::size_t kMaxSettingsBytes = std::size_t{1} * 1024 * 1024;
constexpr unsigned kPrivateMode = 0700;

std::string home(os::System& system) {
    const auto home = system.environment("HOME");
    if (!home || home->empty() || home->front() != '/') {
        throw Error(ErrorKind::Usage, "HOME does not name a directory");
    }
    return *home;
}

/// One of the XDG base directories, which count only when they are absolute.
std::string base_directory(os::System& system, const char* variable, const char* below_home) {
    const auto value = system.environment(variable);
    return value && !value->empty() && value->front() == '/' ? *value : home(system) + "/" + below_home;
}

std::string settings_file_of(os::System& system, const Options& options) {
    if (!options.settings_file.empty()) {
        return options.settings_file;
    }
    return options.user ? base_directory(system, "XDG_CONFIG_HOME", ".config") + "/bestow/host.yaml" : kSettingsFile;
}

policy::HostSettings default_settings(os::System& system, const Options& options) {
    policy::HostSettings settings;
    if (options.user) {
        settings.store = base_directory(system, "XDG_DATA_HOME", ".local/share") + "/bestow/store";
    }
    return settings;
}

void check_own(os::System& system, const std::string& directory) {
    const TrustedDirectory opened = open_trusted_directory(system, directory);
    const os::FileStatus status = system.status(opened.fd.get());
    if (status.uid != system.effective_uid() || status.mode_bits != kPrivateMode) {
        throw Error(ErrorKind::Policy, format("{} is not this user's own with mode 0700", quoted(directory)));
    }
}

}  // namespace

policy::HostSettings read_settings(os::System& system, const Options& options) {
    const std::string file = settings_file_of(system, options);
    const auto fd = system.try_open_file(file);
    if (!fd && !options.settings_file.empty()) {
        throw Error(ErrorKind::NotFound, format("there is no settings file {}", quoted(file)));
    }
    policy::HostSettings defaults = default_settings(system, options);
    if (!fd) {
        return defaults;
    }
    const std::size_t slash = file.rfind('/');
    (void)open_trusted_directory(system, slash == std::string::npos ? "." : file.substr(0, slash + 1));
    check_trust(system.status(fd->get()), system.effective_uid(), file);
    try {
        return policy::parse_host_settings(system.read_text(fd->get(), kMaxSettingsBytes, file), std::move(defaults));
    } catch (Error& error) {
        error.add_context(file);
        throw;
    }
}

std::string run_directory_of(os::System& system, const Options& options, const policy::HostSettings& settings) {
    std::string directory = options.run_directory.empty() ? settings.run_directory : options.run_directory;
    if (!options.user) {
        return directory.empty() ? "/run" : directory;
    }
    if (directory.empty()) {
        directory = system.environment("XDG_RUNTIME_DIR").value_or("");
        if (directory.empty() || directory.front() != '/') {
            throw Error(ErrorKind::Usage, "XDG_RUNTIME_DIR does not name a directory", "a login session sets it");
        }
    }
    check_own(system, directory);
    return directory;
}

std::string state_directory_of(os::System& system, const Options& options) {
    if (!options.state_directory.empty()) {
        return options.state_directory;
    }
    if (!options.run_directory.empty()) {
        return {};  // an experiment somewhere else: what the machine remembers is not about that
    }
    return options.user ? base_directory(system, "XDG_STATE_HOME", ".local/state") + "/bestow" : kStateDirectory;
}

std::vector<std::string> users_identities(os::System& system, const Options& options) {
    if (!options.user) {
        return {};
    }
    const std::string settings = base_directory(system, "XDG_CONFIG_HOME", ".config");
    return {settings + "/bestow/identity.txt", settings + "/sops/age/keys.txt", home(system) + "/.ssh/id_ed25519",
            home(system) + "/.ssh/id_rsa"};
}

}  // namespace bestow::activation
