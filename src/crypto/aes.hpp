#pragma once
/// AES in the modes of OpenSSH's protected private keys, whole messages, without padding. Values of SOPS documents are
/// in crypto/aead.hpp.

#include "base/secret_bytes.hpp"

#include <optional>

namespace bestow::crypto {

enum class AesMode { Ctr, Cbc, Gcm };

struct AesParameters {
    AesMode mode = AesMode::Ctr;
    ByteView key;  ///< 16, 24 or 32 bytes
    ByteView iv;   ///< 12 bytes for GCM, else 16
    ByteView tag;  ///< 16 bytes for GCM, else none
};

/// As long as the ciphertext. nullopt when the tag does not match, or CBC gets no whole blocks.
std::optional<SecretBytes> decrypt_aes(const AesParameters& parameters, ByteView ciphertext);

}  // namespace bestow::crypto
