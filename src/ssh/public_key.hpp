#pragma once
/// SSH public keys, ed25519 and RSA, as authorized_keys lines and ssh_host_*_key.pub files have them (RFC 4253, 8709).

#include "base/bytes.hpp"

#include <optional>
#include <string>

namespace bestow::ssh {

enum class KeyType { Ed25519, Rsa };

inline constexpr std::size_t kSmallestRsaBits = 2048;
inline constexpr std::size_t kLargestRsaBits = 8192;

struct PublicKey {
    KeyType type = KeyType::Ed25519;
    Bytes wire;           ///< the SSH wire-format blob
    std::string comment;  ///< may be empty
    Bytes ed25519_point;  ///< 32 bytes, for Ed25519
    Bytes rsa_modulus;    ///< big endian, no leading zero, for Rsa
    Bytes rsa_exponent;

    /// "ssh-ed25519 AAAA...", without the comment: the key's normal form, equal exactly for equal keys.
    [[nodiscard]] std::string text() const;
    /// "SHA256:...", as ssh-keygen -l prints it.
    [[nodiscard]] std::string fingerprint() const;
    [[nodiscard]] std::size_t rsa_modulus_bits() const;
};

/// One line "type base64 [comment]". Throws Error(Format): malformed, or a type that cannot decrypt (ecdsa, sk-...),
/// which is named together with what to use instead; RSA outside 2048 to 8192 bits.
PublicKey parse_public_key(std::string_view line);

/// The same from the blob alone.
PublicKey parse_public_key_wire(ByteView wire);

/// "ecdsa-sha2-nistp256" of a well-formed line of a type that parse_public_key refuses; nullopt for every other line.
std::optional<std::string> type_that_cannot_decrypt(std::string_view line);

PublicKey make_ed25519_public_key(ByteView point);
PublicKey make_rsa_public_key(ByteView modulus, ByteView exponent);

}  // namespace bestow::ssh
