#pragma once
/// The private keys of this machine, and which host of the policy they make it.

#include "age/age.hpp"
#include "base/error.hpp"
#include "os/system.hpp"
#include "policy/policy.hpp"

#include <string>
#include <vector>

namespace bestow::activation {

struct HostKeys {
    age::Identities identities;
    std::vector<std::string> warnings;  ///< files that are there but cannot be used
};

struct KeyFiles {
    std::vector<std::string> named;  ///< on the command line, then in host.yaml
    std::vector<std::string> users;  ///< if there are any, in place of the machine's
};

/// From those that are named, then $CREDENTIALS_DIRECTORY/bestow.identity, SSH's host keys,
/// /var/lib/bestow/identity.txt. One that is missing, empty or broken does not matter while another one works. Throws
/// Error(NoIdentity) when none does.
HostKeys load_host_keys(os::System& system, const KeyFiles& files);

/// The store could be read, and none of the keys here is one of its hosts'.
class NotThisHost : public Error {
  public:
    using Error::Error;
};

struct ThisHost {
    const policy::Host* host = nullptr;
    SecretBytes salt_key;               ///< derived from the first identity that fits, for password hashes
    std::vector<SecretBytes> tag_keys;  ///< for delivery::content_tag; that identity's first, then all others'
};

/// The host whose key is here; `wanted` may name it and must still fit. Throws NotThisHost, an Error(NoIdentity), for
/// no match, Error(Policy) for two and for an unknown name.
ThisHost find_this_host(const policy::Policy& policy, const HostKeys& keys, const std::string& wanted);

}  // namespace bestow::activation
