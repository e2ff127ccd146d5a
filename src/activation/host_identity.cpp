#include "activation/host_identity.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <iterator>
#include <set>

namespace bestow::activation {
namespace {

constexpr std::size_t kMaxIdentityBytes = std::size_t{64} * 1024;
constexpr const char* kSaltLabel = "bestow password salts";
constexpr const char* kTagLabel = "bestow delivered contents";

std::vector<std::string> files_in_order(os::System& system, const KeyFiles& given) {
    std::vector<std::string> files = given.named;
    if (const auto credentials = system.environment("CREDENTIALS_DIRECTORY")) {
        files.push_back(*credentials + "/bestow.identity");
    }
    if (!given.users.empty()) {
        files.insert(files.end(), given.users.begin(), given.users.end());
        return files;
    }
    files.insert(files.end(),
                 {"/etc/ssh/ssh_host_ed25519_key", "/etc/ssh/ssh_host_rsa_key", "/var/lib/bestow/identity.txt"});
    return files;
}

/// Adds what one file holds; gives a reason when it holds nothing that can be used. Missing is no reason, unless
/// somebody named it.
std::string add_identities(os::System& system, const std::string& file, bool named, age::Identities& identities) {
    try {
        const auto fd = system.try_open_file(file);
        if (!fd) {
            return named ? format("there is no file {}", quoted(file)) : std::string();
        }
        const SecretBytes content = system.read_secret(fd->get(), kMaxIdentityBytes, file);
        age::Identities found = age::parse_identities(content.view(), file);
        if (found.empty()) {
            return format("{} holds no private key", quoted(file));
        }
        std::move(found.begin(), found.end(), std::back_inserter(identities));
        return {};
    } catch (const Error& error) {
        return format("{}: {}", file, error.full_message());
    }
}

/// As X25519 where the key is of a kind that this bestow knows; else as it is, and then its private half is none that
/// was read.
std::string as_x25519(const std::string& recipient) {
    try {
        return age::recipient_as_x25519(recipient);
    } catch (const Error&) {
        return recipient;
    }
}

/// The first identity that opens what is encrypted to this host; nullptr when none is the host's.
const age::Identity* identity_of(const policy::Host& host, const HostKeys& keys) {
    std::set<std::string> texts;
    for (const policy::Key& key : host.keys) {
        texts.insert({key.recipient, as_x25519(key.recipient)});
    }
    for (const auto& identity : keys.identities) {
        if (texts.count(identity->recipient_text()) != 0) {
            return identity.get();
        }
    }
    return nullptr;
}

std::vector<const policy::Host*> hosts_that_fit(const policy::Policy& policy, const HostKeys& keys) {
    std::vector<const policy::Host*> fitting;
    for (const policy::Host& host : policy.hosts) {
        if (identity_of(host, keys) != nullptr) {
            fitting.push_back(&host);
        }
    }
    return fitting;
}

/// What may be the reason that no key fits, in brackets.
std::string unusable(const HostKeys& keys) {
    return keys.warnings.empty() ? "" : format(" ({})", join(keys.warnings, "; "));
}

const policy::Host& host_by_name(const policy::Policy& policy, const std::string& name) {
    if (const policy::Host* const host = policy.find_host(name)) {
        return *host;
    }
    std::vector<std::string> names;
    for (const policy::Host& host : policy.hosts) {
        names.push_back(host.name);
    }
    throw Error(ErrorKind::Policy, format("the store has no host {}{}", quoted(name), did_you_mean(name, names)));
}

const policy::Host& only_host(const policy::Policy& policy, const HostKeys& keys) {
    const std::vector<const policy::Host*> fitting = hosts_that_fit(policy, keys);
    if (fitting.empty()) {
        const std::string whose =
            policy.hosts.size() == 1 ? format(": it is for {} alone", quoted(policy.hosts.front().name)) : "";
        throw NotThisHost(ErrorKind::NoIdentity,
                          "no host of the store has a key whose private half is here" + whose + unusable(keys),
                          "compare the host's key (`bestow host list`, where the store is edited) with "
                          "/etc/ssh/ssh_host_ed25519_key.pub, or give --identity");
    }
    if (fitting.size() > 1) {
        throw Error(
            ErrorKind::Policy,
            format("private keys of two hosts are here: {} and {}", quoted(fitting[0]->name), quoted(fitting[1]->name)),
            "--host says which one this is");
    }
    return *fitting.front();
}

std::vector<SecretBytes> tag_keys_of(const age::Identity& first, const HostKeys& keys) {
    std::vector<SecretBytes> result;
    result.push_back(first.derive_key(kTagLabel));
    for (const auto& identity : keys.identities) {
        if (identity.get() != &first) {
            result.push_back(identity->derive_key(kTagLabel));
        }
    }
    return result;
}

}  // namespace

HostKeys load_host_keys(os::System& system, const KeyFiles& files) {
    HostKeys keys;
    std::size_t place = 0;
    for (const std::string& file : files_in_order(system, files)) {
        std::string reason = add_identities(system, file, place++ < files.named.size(), keys.identities);
        if (!reason.empty()) {
            keys.warnings.push_back(std::move(reason));
        }
    }
    if (keys.identities.empty()) {
        throw Error(ErrorKind::NoIdentity,
                    keys.warnings.empty() ? "there is no private key here"
                                          : format("no private key here can be used: {}", join(keys.warnings, "; ")),
                    "give --identity, or put the SSH host key to /etc/ssh/ssh_host_ed25519_key");
    }
    return keys;
}

ThisHost find_this_host(const policy::Policy& policy, const HostKeys& keys, const std::string& wanted) {
    const policy::Host& host = wanted.empty() ? only_host(policy, keys) : host_by_name(policy, wanted);
    const age::Identity* const identity = identity_of(host, keys);
    if (identity == nullptr) {
        throw NotThisHost(ErrorKind::NoIdentity,
                          format("no private key of host {} is here{}", quoted(wanted), unusable(keys)));
    }
    return {&host, identity->derive_key(kSaltLabel), tag_keys_of(*identity, keys)};
}

}  // namespace bestow::activation
