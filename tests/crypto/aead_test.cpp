#include "crypto/aead.hpp"

#include "support/hex.hpp"

#include <numeric>

#include <catch2/catch.hpp>

using namespace bestow;
using test::from_hex;

namespace {

Bytes counting_key() {
    Bytes key(32);
    std::iota(key.begin(), key.end(), Byte{0});
    return key;
}

}  // namespace

TEST_CASE("ChaCha20-Poly1305 matches a vector that Python's cryptography package made") {
    // RFC 8439 has vectors with additional data only and age uses none, so:
    // ChaCha20Poly1305(bytes(range(32))).encrypt(bytes(11) + b"\1", b"hello", None).hex()
    crypto::ChaCha20Poly1305 cipher(counting_key());
    Bytes sealed(5 + 16);
    cipher.seal({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, as_bytes("hello"), sealed);
    CHECK(to_hex(sealed) == "013910b55edac89809baedce66eec68b2fa929a901");
}

TEST_CASE("ChaCha20-Poly1305 opens what it sealed, under many nonces and in both directions") {
    crypto::ChaCha20Poly1305 cipher(counting_key());
    for (Byte counter = 0; counter < 5; ++counter) {
        const crypto::ChaCha20Poly1305::Nonce nonce = {counter};
        const Bytes plaintext(std::size_t{counter} * 1000, counter);
        Bytes sealed(plaintext.size() + crypto::kAeadTagBytes);
        cipher.seal(nonce, plaintext, sealed);
        Bytes opened(plaintext.size());
        REQUIRE(cipher.open(nonce, sealed, opened));
        CHECK(opened == plaintext);
        CHECK_FALSE(cipher.open({99}, sealed, opened));
    }
}

TEST_CASE("ChaCha20-Poly1305 wipes what it must not release") {
    crypto::ChaCha20Poly1305 cipher(counting_key());
    Bytes sealed(8 + crypto::kAeadTagBytes);
    cipher.seal({}, as_bytes("a secret"), sealed);
    for (Byte& byte : sealed) {
        byte ^= 1U;
        Bytes opened(8, 0xff);
        CHECK_FALSE(cipher.open({}, sealed, opened));
        CHECK(opened == Bytes(8, 0));
        byte ^= 1U;
    }
    CHECK_FALSE(cipher.open({}, ByteView(sealed).first(15), {}));
}

TEST_CASE("AES-256-GCM matches NIST's vectors") {
    // gcmEncryptExtIV256.rsp and the GCM specification's test case 13 and 14
    crypto::Aes256Gcm cipher(Bytes(32, 0));
    const auto empty = cipher.seal(Bytes(12, 0), "", {});
    CHECK(to_hex(empty.tag) == "530f8afbc74536b9a963b4f1c4cb738b");
    const auto zeros = cipher.seal(Bytes(12, 0), "", Bytes(16, 0));
    CHECK(to_hex(zeros.ciphertext) == "cea7403d4d606b6e074ec5d3baf39d18");
    CHECK(to_hex(zeros.tag) == "d0d1c8a799996bf0265b98b5d48ab919");
}

TEST_CASE("AES-256-GCM matches the GCM specification's test case 18: a long IV and additional data") {
    crypto::Aes256Gcm cipher(from_hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"));
    const Bytes iv = from_hex(
        "9313225df88406e555909c5aff5269aa6a7a9538534f7da1e4c303d2a318a728c3c0c95156809539fcf0e2429a6b525416aedbf5a0de6a"
        "57"
        "a637b39b");
    const Bytes additional = from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    const Bytes plaintext = from_hex(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de6"
        "57"
        "ba637b39");
    const auto sealed = cipher.seal(iv, as_text(additional), plaintext);
    CHECK(to_hex(sealed.ciphertext) ==
          "5a8def2f0c9e53f1f75d7853659e2a20eeb2b22aafde6419a058ab4f6f746bf40fc0c3b780f244452da3ebf1c5d82cdea2418997200e"
          "f82e"
          "44ae7e3f");
    CHECK(to_hex(sealed.tag) == "a44a8266ee1c8eb0c8b5d4cf5ae9f19a");
    const auto opened = cipher.open(iv, as_text(additional), sealed.ciphertext, sealed.tag);
    REQUIRE(opened);
    CHECK(to_bytes(opened->view()) == plaintext);
    CHECK_FALSE(cipher.open(iv, "other", sealed.ciphertext, sealed.tag));
    CHECK_FALSE(cipher.open(iv, as_text(additional), sealed.ciphertext, ByteView(sealed.tag).first(12)));
}

TEST_CASE("AES-256-GCM takes SOPS's 32-byte IVs, one after another of another length") {
    crypto::Aes256Gcm cipher(counting_key());
    for (const std::size_t iv_bytes : {32U, 12U, 32U, 16U}) {
        const Bytes iv(iv_bytes, 0x42);
        const auto sealed = cipher.seal(iv, "a:b:", as_bytes("value"));
        const auto opened = cipher.open(iv, "a:b:", sealed.ciphertext, sealed.tag);
        REQUIRE(opened);
        CHECK(as_text(opened->view()) == "value");
    }
    CHECK_FALSE(cipher.open({}, "", {}, Bytes(16, 0)));
    CHECK_FALSE(cipher.open(Bytes(4096, 0), "", {}, Bytes(16, 0)));
}
