#include "crypto/x25519.hpp"

#include "base/error.hpp"
#include "crypto/hash.hpp"

#include <sodium.h>

namespace bestow::crypto {

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
