#include "crypto/x25519.hpp"

#include "support/hex.hpp"

#include <catch2/catch.hpp>

using namespace bestow;
using test::from_hex;

TEST_CASE("X25519 matches RFC 7748, section 5.2") {
    const auto shared = crypto::x25519(from_hex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
                                       from_hex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"));
    REQUIRE(shared);
    CHECK(to_hex(shared->view()) == "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
}

TEST_CASE("X25519 gives no secret for a point of low order") {
    CHECK_FALSE(crypto::x25519(Bytes(32, 7), Bytes(32, 0)));
    Bytes one(32, 0);
    one[0] = 1;
    CHECK_FALSE(crypto::x25519(Bytes(32, 7), one));
}

TEST_CASE("Ed25519 keys match RFC 8032, test 1, and convert consistently in both halves") {
    const Bytes seed = from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    const auto point = crypto::ed25519_public(seed);
    CHECK(to_hex(point) == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    const SecretBytes scalar = crypto::ed25519_seed_to_x25519(seed);
    // Python: hashlib.sha512(seed).digest()[:32].hex(): not clamped
    CHECK(to_hex(scalar.view()) == "357c83864f2833cb427a2ef1c00a013cfdff2768d980c0a3a520f006904de90f");
    CHECK(crypto::ed25519_point_to_x25519(point) == crypto::x25519_public(scalar.view()));
}

TEST_CASE("what is no Ed25519 point converts to nothing") {
    CHECK_FALSE(crypto::ed25519_point_to_x25519(Bytes(32, 0)));
    CHECK_FALSE(crypto::ed25519_point_to_x25519(Bytes(32, 0xff)));
}
