#pragma once
/// New keys as ssh-keygen makes them, without a passphrase: for a host that does not exist yet, and for secrets.

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
/// Precondition: kSmallestRsaBits to kLargestRsaBits.
GeneratedKey generate_rsa_key(std::size_t bits, const std::string& comment);

}  // namespace bestow::ssh
