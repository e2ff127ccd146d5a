#include "activation/prepare.hpp"

#include "activation/host_identity.hpp"
#include "activation/host_store.hpp"
#include "activation/open_files.hpp"
#include "base/format.hpp"
#include "base/text.hpp"

#include <algorithm>

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

bool has_fault(const Prepared& prepared) {
    return std::any_of(prepared.items.begin(), prepared.items.end(), [](const auto& phase) {
        return std::any_of(phase.second.begin(), phase.second.end(), [](const delivery::Item& item) {
            return std::holds_alternative<delivery::Fault>(item.content);
        });
    });
}

/// Which files do not work, and since when; and the ciphertext of the others.
void note_broken(os::System& system, const std::string& state_path, const std::vector<delivery::Manifest>& parts,
                 OpenedStore& opened, Prepared& prepared) {
    if (prepared.from_last_good) {
        return;
    }
    std::set<std::string> faulty;
    if (has_fault(prepared)) {  // nothing is broken that no item shows
        for (const delivery::Manifest& part : parts) {
            faulty.merge(delivery::faulty_files(part, opened.files));
        }
    }
    const BrokenSince before = read_broken(system, state_path);
    const std::set<std::string> asked = files_of_all(parts);
    for (const std::string& name : delivery::files_of(prepared.manifest)) {
        if (asked.count(name) == 0 && before.count(name) != 0) {
            prepared.broken[name] = before.at(name);  // of the other phase
        }
    }
    for (const std::string& name : faulty) {
        opened.texts.erase(name);
        const auto known = before.find(name);
        prepared.broken[name] = known != before.end() ? known->second : system.now();
    }
    prepared.working = std::move(opened.texts);
}

void take_kept(const delivery::Manifest& part, delivery::Item again, const BrokenSince& broken, delivery::Item& item) {
    auto* const content = std::get_if<SecretBytes>(&again.content);
    if (content == nullptr || !std::holds_alternative<delivery::Fault>(item.content)) {
        return;
    }
    for (const std::string& name : delivery::files_of(part, item)) {
        const auto since = broken.find(name);
        if (since != broken.end() && (item.kept_since == 0 || since->second < item.kept_since)) {
            item.kept_since = since->second;
        }
    }
    item.kept = std::move(*content);
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

namespace {

/// nullopt when there is none, when it is damaged, or when the store has been broken for too long.
std::optional<Source> try_open_kept(os::System& system, const std::string& state_path, Prepared& prepared) {
    std::optional<HostStore> kept = try_open_last_good(system, state_path);
    if (!kept) {
        return std::nullopt;
    }
    try {
        std::optional<delivery::ReadManifest> bundle = kept->try_load_manifest();
        if (!bundle) {
            return std::nullopt;
        }
        prepared.broken = read_broken(system, state_path);
        const std::int64_t since = prepared.broken.try_emplace(kWholeStore, system.now()).first->second;
        const std::int64_t age_seconds = system.now() - since;
        if (age_seconds > 0 && static_cast<std::uint64_t>(age_seconds) > bundle->manifest.settings.max_stale_seconds) {
            return std::nullopt;
        }
        policy::Policy policy = policy_of(*bundle);
        return Source{std::move(*kept), std::move(policy), std::move(bundle->manifest)};
    } catch (const Error&) {
        return std::nullopt;  // the store's own fault is the one to tell
    }
}

/// The store, or what was kept of it when it still worked.
Source open_source_or_kept(os::System& system, const Options& options, const LastGood& last_good, Prepared& prepared) {
    try {
        return open_source(system, options, prepared.settings);
    } catch (const Error& error) {
        std::optional<Source> kept =
            last_good.for_whole_store ? try_open_kept(system, last_good.state_path, prepared) : std::nullopt;
        if (!kept) {
            throw;
        }
        prepared.from_last_good = true;
        prepared.problems.push_back(
            {"store", error.kind(), error.full_message() + "; what worked last is delivered instead"});
        return std::move(*kept);
    }
}

/// Is it said, by a store that can be read, that the host that something is kept for is none of its hosts any more?
/// That a key is not at hand today says nothing.
bool is_removed(os::System& system, const std::string& state_path, const policy::Policy& policy) {
    std::optional<HostStore> kept = try_open_last_good(system, state_path);
    if (!kept) {
        return false;
    }
    try {
        const std::optional<delivery::ReadManifest> bundle = kept->try_load_manifest();
        return bundle && std::none_of(policy.hosts.begin(), policy.hosts.end(), [&](const policy::Host& host) {
                   return std::any_of(host.keys.begin(), host.keys.end(), [&](const policy::Key& key) {
                       const std::vector<std::string>& known = bundle->manifest.keys;
                       return std::find(known.begin(), known.end(), key.recipient) != known.end();
                   });
               });
    } catch (const Error&) {
        return false;
    }
}

Identified identify_or_forget(os::System& system, const Options& options, const LastGood& last_good,
                              const Prepared& prepared, const Source& source) {
    try {
        return identify(system, options, prepared.settings, source);
    } catch (const NotThisHost&) {
        // A bundle lists one host alone: another's, put here by mistake, does not say that this one was removed.
        const bool may_forget = !options.dry_run && !prepared.from_last_good && !source.bundle;
        if (may_forget && is_removed(system, last_good.state_path, source.policy)) {
            forget_last_good(system, last_good.state_path);
        }
        throw;
    }
}

/// What was broken before the whole store was is as old as its record says: it must not come back as good.
void date_what_was_broken(const delivery::Manifest& part, const BrokenSince& broken,
                          std::vector<delivery::Item>& items) {
    for (delivery::Item& item : items) {
        std::int64_t since = 0;
        for (const std::string& name : delivery::files_of(part, item)) {
            const auto found = broken.find(name);
            if (found != broken.end() && (since == 0 || found->second < since)) {
                since = found->second;
            }
        }
        auto* const content = std::get_if<SecretBytes>(&item.content);
        if (since != 0 && content != nullptr) {
            item.kept = std::move(*content);
            item.kept_since = since;
            item.content = delivery::Fault{ErrorKind::Failed, "its file was broken before the store was"};
        }
    }
}

/// Of files that do not work, what the last ciphertext that did holds for the items made of them.
void add_kept(os::System& system, const std::string& state_path, const std::vector<delivery::Manifest>& parts,
              const Identified& known, delivery::OpenedFiles files, Prepared& prepared) {
    std::optional<HostStore> kept = try_open_last_good(system, state_path);
    if (!kept) {
        return;
    }
    std::set<std::string> names;
    for (const auto& [name, since] : prepared.broken) {
        names.insert(name);
    }
    for (auto& [name, opened] : open_files(*kept, names, known.keys.identities).files) {
        files.insert_or_assign(name, std::move(opened));
    }
    for (const delivery::Manifest& part : parts) {
        std::vector<delivery::Item> again = delivery::make_items(part, files, known.self.salt_key.view());
        for (auto& [phase, items] : prepared.items) {
            for (delivery::Item& item : items) {
                const auto same = std::find_if(again.begin(), again.end(), [&](const delivery::Item& other) {
                    return other.path == item.path && other.placement.phase == item.placement.phase;
                });
                if (same != again.end()) {
                    take_kept(part, std::move(*same), prepared.broken, item);
                }
            }
        }
    }
}

}  // namespace

Prepared prepare(os::System& system, const Options& options, const LastGood& last_good) {
    Prepared prepared;
    prepared.settings = read_settings(system, options);
    Source source = open_source_or_kept(system, options, last_good, prepared);
    Identified known = identify_or_forget(system, options, last_good, prepared, source);
    prepared.manifest = known.manifest;
    prepared.store_path = source.store.path();
    prepared.warnings = source.policy.warnings;
    prepared.warnings.insert(prepared.warnings.end(), known.keys.warnings.begin(), known.keys.warnings.end());

    std::vector<delivery::Manifest> parts;
    for (const delivery::Phase phase : phases_of(options)) {
        parts.push_back(delivery::part_for(prepared.manifest, phase));
    }
    OpenedStore opened = open_files(source.store, files_of_all(parts), known.keys.identities);
    for (std::size_t index = 0; index < parts.size(); ++index) {
        prepared.items[phases_of(options)[index]] =
            delivery::make_items(parts[index], opened.files, known.self.salt_key.view());
    }
    for (std::size_t index = 0; prepared.from_last_good && index < parts.size(); ++index) {
        date_what_was_broken(parts[index], prepared.broken, prepared.items[phases_of(options)[index]]);
    }
    prepared.aging = delivery::aging_values(prepared.manifest, opened.files);
    note_broken(system, last_good.state_path, parts, opened, prepared);
    if (!prepared.broken.empty() && !prepared.from_last_good) {
        add_kept(system, last_good.state_path, parts, known, std::move(opened.files), prepared);
    }
    prepared.tag_keys = std::move(known.self.tag_keys);
    return prepared;
}

std::string keep_for_next_boot(os::System& system, const Options& options, const std::string& state_path,
                               const Prepared& prepared) {
    if (options.phases == Phases::Early) {
        return {};
    }
    try {
        if (!prepared.from_last_good) {
            keep_last_good(system, state_path, prepared.manifest, prepared.working);
        }
        write_broken(system, state_path, prepared.broken);
        return {};
    } catch (const Error& error) {
        return format("what works now could not be kept for the next boot: {}", error.full_message());
    }
}

}  // namespace bestow::activation
