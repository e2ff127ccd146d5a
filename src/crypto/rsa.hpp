#pragma once
/// RSA-OAEP (RFC 8017) with SHA-256 for both digests, and the forms in which private keys arrive. Numbers are big
/// endian without leading zeros.

#include "base/secret_bytes.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace bestow::crypto {

struct RsaPublicParts {
    ByteView modulus;
    ByteView exponent;
};

/// What an OpenSSH private key holds.
struct RsaPrivateParts {
    RsaPublicParts public_parts;
    ByteView private_exponent;
    ByteView inverse;  ///< of prime_q modulo prime_p
    ByteView prime_p;
    ByteView prime_q;
};

/// As long as the modulus. Throws Error(Format) when openssl does not take the key.
Bytes rsa_oaep_encrypt(const RsaPublicParts& key, ByteView plaintext, std::string_view label);

/// `private_der`: PKCS#1 RSAPrivateKey. nullopt when the ciphertext does not open.
std::optional<SecretBytes> rsa_oaep_decrypt(ByteView private_der, ByteView ciphertext, std::string_view label);

/// PKCS#1 RSAPrivateKey in DER; nullopt when the numbers do not belong together.
std::optional<SecretBytes> rsa_private_der(const RsaPrivateParts& parts);

/// A private key in DER, PKCS#1 or PKCS#8. One of seed and pkcs1 is filled, or neither for a kind that cannot decrypt.
struct DerPrivateKey {
    SecretBytes ed25519_seed;
    SecretBytes rsa_pkcs1;
    Bytes rsa_modulus;
    Bytes rsa_exponent;
};
/// nullopt when openssl cannot read it, or bytes follow it.
std::optional<DerPrivateKey> parse_private_der(ByteView der);

}  // namespace bestow::crypto
