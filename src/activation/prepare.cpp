#include "activation/prepare.hpp"

#include "activation/host_identity.hpp"
#include "activation/host_store.hpp"
#include "activation/open_files.hpp"
#include "base/format.hpp"
#include "base/text.hpp"

namespace bestow::activation {
namespace {

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

struct WantedHost {
    const std::string& name;
    unsigned wait_seconds;
};

/// On a machine whose keys lie on a disk that comes later, they are waited for, but not for ever.
std::pair<HostKeys, ThisHost> keys_of_host(os::System& system, const KeyFiles& files, const policy::Policy& policy,
                                           const WantedHost& wanted) {
    for (unsigned waited = 0;; ++waited) {
        try {
            HostKeys keys = load_host_keys(system, files);
            ThisHost self = find_this_host(policy, keys, wanted.name);
            return {std::move(keys), std::move(self)};
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::NoIdentity || waited >= wanted.wait_seconds) {
                throw;
            }
        }
        system.pause(1);
    }
}

}  // namespace

std::vector<delivery::Phase> phases_of(const Options& options) {
    if (options.user && options.phases == Phases::Early) {
        throw Error(ErrorKind::Usage, "--user has no early phase");
    }
    if (options.user || options.phases == Phases::Main) {
        return {delivery::Phase::Main};
    }
    return options.phases == Phases::Early ? std::vector{delivery::Phase::Early}
                                           : std::vector{delivery::Phase::Early, delivery::Phase::Main};
}

Source open_source(os::System& system, const Options& options, const policy::HostSettings& settings) {
    HostStore store(system, options.store.empty() ? settings.store : options.store);
    std::optional<delivery::ReadManifest> bundle = store.try_load_manifest();
    if (bundle) {
        policy::Policy policy = policy_of(*bundle);
        return {std::move(store), std::move(policy), std::move(bundle->manifest)};
    }
    policy::Policy policy = store.load_policy();
    return {std::move(store), std::move(policy), std::nullopt};
}

Identified identify(os::System& system, const Options& options, const policy::HostSettings& settings,
                    const Source& source) {
    KeyFiles files;
    files.named = options.identities;
    files.named.insert(files.named.end(), settings.identities.begin(), settings.identities.end());
    files.users = users_identities(system, options);
    const std::string& wanted = options.host.empty() ? settings.host : options.host;
    auto [keys, self] = keys_of_host(system, files, source.policy, {wanted, options.wait_seconds});
    delivery::Manifest manifest = source.bundle ? *source.bundle : delivery::manifest_for(source.policy, *self.host);
    return {std::move(keys), std::move(self), std::move(manifest)};
}

Prepared prepare(os::System& system, const Options& options) {
    Prepared prepared;
    prepared.settings = read_settings(system, options);
    Source source = open_source(system, options, prepared.settings);
    Identified known = identify(system, options, prepared.settings, source);
    prepared.manifest = std::move(known.manifest);
    prepared.tag_keys = std::move(known.self.tag_keys);
    prepared.store_path = source.store.path();
    prepared.warnings = source.policy.warnings;
    prepared.warnings.insert(prepared.warnings.end(), known.keys.warnings.begin(), known.keys.warnings.end());

    std::vector<delivery::Manifest> parts;
    for (const delivery::Phase phase : phases_of(options)) {
        parts.push_back(delivery::part_for(prepared.manifest, phase));
    }
    const delivery::OpenedFiles files = open_files(source.store, files_of_all(parts), known.keys.identities);
    for (std::size_t index = 0; index < parts.size(); ++index) {
        prepared.items[phases_of(options)[index]] =
            delivery::make_items(parts[index], files, known.self.salt_key.view());
    }
    return prepared;
}

}  // namespace bestow::activation
