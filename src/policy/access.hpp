#pragma once
/// Delivery decides access: which hosts get which secret from which file, and so who must be able to read each
/// encrypted file. Pure functions over a Policy.

#include "policy/policy.hpp"

namespace bestow::policy {

/// The hosts that an audience names, in order of declaration.
std::vector<const Host*> hosts_in(const Policy& policy, const Audience& audience);

/// One secret in one file: the same for all its hosts, or one of several by `per:`.
struct SecretSource {
    const Secret* secret = nullptr;
    std::string variant;  ///< the host's name or the variable's value; empty without `per:`
    std::string file;     ///< relative to the store's root
    document::KeyPath key;
    std::vector<const Host*> hosts;  ///< that need it: by delivery or through templates
};

/// Every source of every secret, in order of declaration.
std::vector<SecretSource> secret_sources(const Policy& policy);

/// The source that a host reads a secret from; nullptr when it gets none.
const SecretSource* source_for(const std::vector<SecretSource>& sources, std::string_view secret,
                               std::string_view host);

class Problems;

struct Reader {
    enum class Kind { Operator, Host, Recipient /**< a key of a `.sops.yaml`, which has no name */ };
    Kind kind = Kind::Operator;
    std::string name;
    std::string
        recipient;    ///< as it goes into a SOPS file: a host's ed25519 key as X25519, an operator's SSH key as it is
    std::string key;  ///< the key as declared, normal form
};

/// Everything that one encrypted file holds and whoever may read it.
struct FileAccess {
    std::string file;
    std::vector<const SecretSource*> sources;
    std::vector<Reader> readers;  ///< operators first, then hosts, in order of declaration; no recipient twice
};

/// For every file that a secret lives in, sorted by path. `today` ("2026-11-20") drops keys whose `until` has passed.
/// `sources` must outlive the result. Throws Error(Policy) for two secrets in one file that go to different hosts
/// (unless shared), and for a file without an operator.
std::vector<FileAccess> file_access(const Policy& policy, const std::vector<SecretSource>& sources,
                                    std::string_view today);

/// The same, for `check`: what is wrong goes to `problems`, and every file is in the result.
std::vector<FileAccess> file_access(const Policy& policy, const std::vector<SecretSource>& sources,
                                    std::string_view today, Problems& problems);

/// The operators who may read a file that no secret lives in yet.
std::vector<Reader> operator_readers(const Policy& policy, std::string_view file, std::string_view today);

/// The declaration's placement for one host: defaults, declaration, overrides by role then by host.
Placement placement_for(const Policy& policy, const Placement& declared,
                        const std::map<std::string, Placement>& overrides, const Host& host);

}  // namespace bestow::policy
