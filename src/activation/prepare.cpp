#include "activation/prepare.hpp"

#include "activation/host_identity.hpp"
#include "activation/host_store.hpp"
#include "activation/open_files.hpp"
#include "base/format.hpp"
#include "base/text.hpp"

namespace bestow::activation {
namespace {

constexpr const char* kSettingsFile = "/etc/bestow/host.yaml";
constexpr std::size_t kMaxSettingsBytes = std::size_t{1} * 1024 * 1024;

/// What root allows the store; the defaults when nobody named a file and the usual one is not there.
policy::HostSettings read_settings(os::System& system, const std::string& named) {
    const std::string file = named.empty() ? kSettingsFile : named;
    const auto fd = system.try_open_file(file);
    if (!fd && !named.empty()) {
        throw Error(ErrorKind::NotFound, format("there is no settings file {}", quoted(named)));
    }
    if (!fd) {
        return {};
    }
    const std::size_t slash = file.rfind('/');
    (void)open_trusted_directory(system, slash == std::string::npos ? "." : file.substr(0, slash + 1));
    check_trust(system.status(fd->get()), system.effective_uid(), file);
    try {
        return policy::parse_host_settings(system.read_text(fd->get(), kMaxSettingsBytes, file));
    } catch (Error& error) {
        error.add_context(file);
        throw;
    }
}

std::set<std::string> files_of_all(const std::vector<delivery::Manifest>& parts) {
    std::set<std::string> files;
    for (const delivery::Manifest& part : parts) {
        files.merge(delivery::files_of(part));
    }
    return files;
}

/// As much of a policy as tells which host a bundle is for.
policy::Policy policy_of(const delivery::ReadManifest& bundle) {
    policy::Policy policy;
    policy::Host host;
    host.name = bundle.manifest.host;
    for (const std::string& key : bundle.manifest.keys) {
        host.keys.push_back({key, {}, {}, {}});
    }
    policy.hosts.push_back(std::move(host));
    policy.warnings = bundle.warnings;
    return policy;
}

}  // namespace

std::vector<delivery::Phase> phases_of(Phases phases) {
    switch (phases) {
        case Phases::Early:
            return {delivery::Phase::Early};
        case Phases::Main:
            return {delivery::Phase::Main};
        case Phases::All:
            break;
    }
    return {delivery::Phase::Early, delivery::Phase::Main};
}

Prepared prepare(os::System& system, const Options& options) {
    Prepared prepared;
    prepared.settings = read_settings(system, options.settings_file);
    HostStore store(system, options.store.empty() ? prepared.settings.store : options.store);
    std::optional<delivery::ReadManifest> bundle = store.try_load_manifest();
    const policy::Policy policy = bundle ? policy_of(*bundle) : store.load_policy();
    HostKeys keys = load_host_keys(system, options.identities);
    ThisHost self = find_this_host(policy, keys, options.host.empty() ? prepared.settings.host : options.host);
    prepared.manifest = bundle ? std::move(bundle->manifest) : delivery::manifest_for(policy, *self.host);
    prepared.tag_keys = std::move(self.tag_keys);
    prepared.store_path = store.path();
    prepared.warnings = policy.warnings;
    prepared.warnings.insert(prepared.warnings.end(), keys.warnings.begin(), keys.warnings.end());

    std::vector<delivery::Manifest> parts;
    for (const delivery::Phase phase : phases_of(options.phases)) {
        parts.push_back(delivery::part_for(prepared.manifest, phase));
    }
    const delivery::OpenedFiles files = open_files(store, files_of_all(parts), keys.identities);
    for (std::size_t index = 0; index < parts.size(); ++index) {
        prepared.items[phases_of(options.phases)[index]] =
            delivery::make_items(parts[index], files, self.salt_key.view());
    }
    return prepared;
}

}  // namespace bestow::activation
