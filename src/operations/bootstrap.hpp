#pragma once
/// A machine that does not exist yet: its host key is made where the store is edited, kept in the store as a secret
/// that goes to no host, and put beside its bundle where an installer finds both, so that the first boot has its
/// secrets.

#include "operations/declare.hpp"
#include "operations/reader_change.hpp"

#include <optional>
#include <string>

namespace bestow::operations {

/// What the name of the secret with a host's key begins with.
inline constexpr std::string_view kHostKeyPrefix = "host-keys/";

/// Where the store keeps it: "host-keys/NAME", the whole document secrets/host-keys/NAME.key, for operators alone.
std::string host_key_secret_name(const std::string& host);

/// Are that host and its private key both declared?
bool keeps_host_key(const OpenStore& store, const std::string& host);

/// Makes a key for `host`, adds its public half to `host.keys`, and declares both in one batch. `check`: as
/// AddRequest's. Throws Error(Policy) for a name that is taken, and has written nothing then. Gives warnings.
std::vector<std::string> add_host_with_key(OpenStore& store, policy::NewHost& host, const Confirmation& confirmation,
                                           const std::function<void()>& check);

/// Another key for a host that is declared.
struct NewHostKey {
    std::string public_line;  ///< as it stands in bestow.yaml
    SecretBytes file;         ///< the private half, an OPENSSH PRIVATE KEY block
};
NewHostKey make_host_key(const std::string& host);

/// Has the planned change keep the private half where add_host_with_key does, in the place of an older one. Throws
/// Error(Policy) where that place was declared otherwise.
void keep_host_key(OpenStore& store, const std::string& host, const SecretBytes& file, ReaderChange& change);

struct BootstrapRequest {
    std::string host;
    std::string directory;                ///< what will be the machine's root
    std::optional<std::string> settings;  ///< the text of its host.yaml
    std::string settings_name;            ///< where that came from, for messages
    bool force = false;                   ///< replaces a key that is there
};

/// Writes etc/ssh/ssh_host_ed25519_key (0600) and .pub, var/lib/bestow/store, and etc/bestow/host.yaml below
/// `directory`, which is made when it is missing. Throws Error(Failed) for a directory in a git work tree, for a key
/// that is there, Error(NotFound) when the store keeps none. Gives warnings.
std::vector<std::string> bootstrap_host(OpenStore& store, const BootstrapRequest& request);

}  // namespace bestow::operations
