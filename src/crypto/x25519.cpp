#include "crypto/x25519.hpp"

#include "base/error.hpp"
#include "crypto/hash.hpp"

#include <algorithm>
#include <array>

#include <sodium.h>

namespace bestow::crypto {
namespace {

using Encodings = std::array<X25519Point, 7>;

/// A point whose first byte is given and whose other ones are 0xff, up to the top bit.
X25519Point near_prime(Byte first) {
    X25519Point point;
    point.fill(0xff);
    point.front() = first;
    point.back() = 0x7f;
    return point;
}

const Encodings& low_order_points() {
    static const Encodings points = {{
        {},
        {1},
        {0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a,
         0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00},
        {0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef, 0x5b,
         0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57},
        near_prime(0xec),
        near_prime(0xed),
        near_prime(0xee),
    }};
    return points;
}

}  // namespace

bool is_low_order(ByteView point) {
    require(point.size() == kX25519Bytes, "a point of 32 bytes");
    X25519Point masked{};
    std::copy(point.begin(), point.end(), masked.begin());
    masked.back() = static_cast<Byte>(masked.back() & 0x7fU);
    const Encodings& points = low_order_points();
    return std::find(points.begin(), points.end(), masked) != points.end();
}

X25519Point x25519_public(ByteView scalar) {
    require(scalar.size() == kX25519Bytes, "a scalar of 32 bytes");
    X25519Point point{};
    require(crypto_scalarmult_base(point.data(), scalar.data()) == 0, "X25519 of the base point");
    return point;
}

std::optional<SecretBytes> x25519(ByteView scalar, ByteView point) {
    require(scalar.size() == kX25519Bytes && point.size() == kX25519Bytes, "a scalar and a point of 32 bytes");
    SecretBytes shared(kX25519Bytes);
    // libsodium gives -1 for a result of zero, and computes on.
    if (crypto_scalarmult(shared.writable().data(), scalar.data(), point.data()) != 0) {
        return std::nullopt;
    }
    return shared;
}

std::optional<X25519Point> ed25519_point_to_x25519(ByteView point) {
    require(point.size() == kX25519Bytes, "a point of 32 bytes");
    X25519Point converted{};
    if (crypto_sign_ed25519_pk_to_curve25519(converted.data(), point.data()) != 0) {
        return std::nullopt;
    }
    return converted;
}

SecretBytes ed25519_seed_to_x25519(ByteView seed) {
    SecretBytes scalar = sha512_secret(seed);
    scalar.truncate(kX25519Bytes);
    return scalar;
}

X25519Point ed25519_public(ByteView seed) {
    require(seed.size() == crypto_sign_SEEDBYTES, "a seed of 32 bytes");
    X25519Point point{};
    SecretBytes private_key(crypto_sign_SECRETKEYBYTES);
    require(crypto_sign_seed_keypair(point.data(), private_key.writable().data(), seed.data()) == 0,
            "an Ed25519 key pair");
    return point;
}

}  // namespace bestow::crypto
