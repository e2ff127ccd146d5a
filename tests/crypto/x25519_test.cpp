#include "crypto/x25519.hpp"

#include "crypto/random.hpp"
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

TEST_CASE("points of low order are told without arithmetic, and by the arithmetic as well") {
    using namespace bestow;
    const SecretBytes scalar = crypto::random_secret(crypto::kX25519Bytes);
    std::size_t found = 0;
    const auto agrees = [&](const crypto::X25519Point& point) {
        const bool zero = !crypto::x25519(scalar.view(), point).has_value();
        found += zero ? 1 : 0;
        return crypto::is_low_order(point) == zero;
    };
    crypto::X25519Point order_eight = {0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3,
                                       0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32,
                                       0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00};
    crypto::X25519Point other = {0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1,
                                 0x55, 0x9c, 0x83, 0xef, 0x5b, 0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c,
                                 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57};
    for (const unsigned top : {0U, 0x80U}) {
        for (crypto::X25519Point* point : {&order_eight, &other}) {
            point->back() = static_cast<Byte>((point->back() & 0x7fU) | top);
            CHECK(agrees(*point));
        }
        for (unsigned first = 0; first < 256; ++first) {  // around zero, and around the prime
            for (const unsigned filler : {0U, 0xffU}) {
                crypto::X25519Point point;
                point.fill(static_cast<Byte>(filler));
                point.front() = static_cast<Byte>(first);
                point.back() = static_cast<Byte>((filler & 0x7fU) | top);
                CHECK(agrees(point));
            }
        }
    }
    CHECK(found == 14);
    for (int i = 0; i < 100; ++i) {
        crypto::X25519Point point{};
        crypto::fill_random(point);
        CHECK(agrees(point));
    }
}
