#pragma once
/// SSH private keys: OPENSSH PRIVATE KEY (PROTOCOL.key) with ed25519 or RSA, and PEM (PKCS#1, PKCS#8), each with or
/// without a passphrase.

#include "base/secret_bytes.hpp"
#include "ssh/public_key.hpp"

#include <optional>

namespace bestow::ssh {

struct PrivateKey {
    PublicKey public_key;
    SecretBytes ed25519_seed;  ///< 32 bytes, for Ed25519
    SecretBytes rsa_der;       ///< PKCS#1 RSAPrivateKey, DER, for Rsa
};

/// True when the text starts like a PEM private key (OPENSSH, RSA, or PRIVATE KEY).
bool looks_like_private_key(ByteView file);

/// What a private key file says of itself without its passphrase.
struct PrivateKeySummary {
    bool is_protected = false;
    std::optional<PublicKey> public_key;  ///< nullopt for a protected PEM key, which hides it
    std::string obstacle;                 ///< why no passphrase will open it here; empty when one may
};
/// Throws Error(Format) for what is no private key or cannot decrypt.
PrivateKeySummary inspect_private_key(ByteView file);

/// At most 16 KiB. Throws Error(Format) when malformed, empty or protected by a passphrase.
PrivateKey parse_private_key(ByteView file);

/// Throws Error(Failed) when what opens this protected key is not installed, before a passphrase is asked for.
void prepare_to_unlock(ByteView file);

/// The same for a protected one; nullopt for a wrong passphrase. Takes as long as the key's derivation does, which is
/// bounded. Throws Error(Format) for an obstacle, and when what is inside is malformed.
std::optional<PrivateKey> unlock_private_key(ByteView file, ByteView passphrase);

}  // namespace bestow::ssh
