#pragma once
/// X25519 (RFC 7748) and the way from Ed25519 keys to it, as age and ssh-to-age go it. Keys are 32 bytes.

#include "base/secret_bytes.hpp"

#include <array>
#include <optional>

namespace bestow::crypto {

inline constexpr std::size_t kX25519Bytes = 32;
using X25519Point = std::array<Byte, kX25519Bytes>;

/// The public point of a scalar, which is clamped in use and may be given unclamped.
X25519Point x25519_public(ByteView scalar);

/// scalar * point; nullopt when the result is all zero (a point of low order).
std::optional<SecretBytes> x25519(ByteView scalar, ByteView point);

/// Is the product with any scalar zero? (RFC 7748, section 6.1; the seven encodings are the ones there are, and the top
/// bit does not count.) For public points: takes no time to speak of, and not a constant one.
bool is_low_order(ByteView point);

/// The Montgomery u-coordinate of an Ed25519 public key; nullopt when it is no valid point.
std::optional<X25519Point> ed25519_point_to_x25519(ByteView point);

/// The first half of SHA-512 over the seed, unclamped: the string that ssh-to-age prints.
SecretBytes ed25519_seed_to_x25519(ByteView seed);

/// The public key of an Ed25519 seed.
X25519Point ed25519_public(ByteView seed);

}  // namespace bestow::crypto
