#include "crypto/hash.hpp"

#include "support/hex.hpp"

#include <catch2/catch.hpp>

using namespace bestow;
using test::from_hex;

TEST_CASE("SHA-256 and SHA-512 match FIPS 180-4") {
    CHECK(to_hex(crypto::sha256(as_bytes("abc"))) ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(to_hex(crypto::sha256({})) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    const std::string abc =
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
    CHECK(to_hex(crypto::sha512_secret(as_bytes("abc")).view()) == abc);
    crypto::Sha512 hash;
    hash.update("a");
    hash.update("");
    hash.update("bc");
    CHECK(to_hex(hash.finish()) == abc);
}

TEST_CASE("HMAC-SHA-256 matches RFC 4231, in one piece or several") {
    const std::string expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    CHECK(to_hex(crypto::hmac_sha256(as_bytes("Jefe"), {as_bytes("what do ya want for nothing?")})) == expected);
    CHECK(to_hex(crypto::hmac_sha256(as_bytes("Jefe"), {as_bytes("what do ya "), {}, as_bytes("want for nothing?")})) ==
          expected);
    const Bytes long_key(131, 0xaa);  // longer than a block: hashed first
    CHECK(to_hex(crypto::hmac_sha256(long_key, {as_bytes("Test Using Larger Than Block-Size Key - Hash Key First")})) ==
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("HKDF-SHA-256 matches RFC 5869") {
    const Bytes key(22, 0x0b);
    CHECK(to_hex(crypto::hkdf_sha256(key, from_hex("000102030405060708090a0b0c"),
                                     as_text(from_hex("f0f1f2f3f4f5f6f7f8f9")), 42)
                     .view()) ==
          "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
    CHECK(to_hex(crypto::hkdf_sha256(key, {}, "", 42).view()) ==
          "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

TEST_CASE("HKDF takes an empty input key, as age's SSH tweak needs") {
    // Python: hmac.new(hmac.new(b"salt", b"", "sha256").digest(), b"info\x01", "sha256").hexdigest()
    CHECK(to_hex(crypto::hkdf_sha256({}, as_bytes("salt"), "info", 32).view()) ==
          "7aac7b8120501c2c8e1ee50e6cde135361e99ceb9d8d406ac528b9e9175614c0");
}
