#pragma once
/// A new ed25519 key as ssh-keygen makes one, without a passphrase: for a host that does not exist yet.

#include "base/secret_bytes.hpp"
#include "ssh/public_key.hpp"

#include <string>

namespace bestow::ssh {

struct GeneratedKey {
    SecretBytes file;      ///< an OPENSSH PRIVATE KEY block, with its final newline
    PublicKey public_key;  ///< with the comment
};

/// `comment`: one line.
GeneratedKey generate_ed25519_key(const std::string& comment);

}  // namespace bestow::ssh
