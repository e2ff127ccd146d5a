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

policy::HostSettings read_settings(os::System& system, const Options& options) {
    const std::string& named = options.settings_file;
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
    HostKeys keys = load_host_keys(system, options.identities);
    ThisHost self = find_this_host(source.policy, keys, options.host.empty() ? settings.host : options.host);
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
    for (const delivery::Phase phase : phases_of(options.phases)) {
        parts.push_back(delivery::part_for(prepared.manifest, phase));
    }
    const delivery::OpenedFiles files = open_files(source.store, files_of_all(parts), known.keys.identities);
    for (std::size_t index = 0; index < parts.size(); ++index) {
        prepared.items[phases_of(options.phases)[index]] =
            delivery::make_items(parts[index], files, known.self.salt_key.view());
    }
    return prepared;
}

}  // namespace bestow::activation
