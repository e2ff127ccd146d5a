#pragma once
/// Private keys in PEM under a passphrase: PKCS#8 (RFC 5208, 8018) and the legacy form of RFC 1421, both through
/// OpenSSL. What they cost to open is bounded before a passphrase is taken.

#include "base/secret_bytes.hpp"

#include <optional>
#include <string>

namespace bestow::crypto {

/// Why no passphrase will open this EncryptedPrivateKeyInfo: malformed, derived in a way that is not PBES2, or at a
/// cost above the limits (10 million PBKDF2 iterations; scrypt that takes more than 32 MiB). Empty when one may.
std::string obstacle_of_pkcs8(ByteView der);

/// The private key in DER; nullopt for a wrong passphrase. Precondition: no obstacle.
std::optional<SecretBytes> decrypt_pkcs8(ByteView der, ByteView passphrase);

/// Likewise for the legacy form: `headers` are its lines "Proc-Type" and "DEK-Info".
std::string obstacle_of_legacy_pem(const std::string& headers);
std::optional<SecretBytes> decrypt_legacy_pem(const std::string& headers, ByteView ciphertext, ByteView passphrase);

}  // namespace bestow::crypto
