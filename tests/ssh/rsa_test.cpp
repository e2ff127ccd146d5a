#include "crypto/rsa.hpp"

#include "codec/pem.hpp"
#include "support/fixture.hpp"

#include <catch2/catch.hpp>

using namespace bestow;

// Here and not beside crypto, since its keys come out of PEM.

namespace {

crypto::DerPrivateKey fixture_key(const std::string& name) {
    const auto pem = codec::decode_pem(test::read_fixture_text("fixtures/" + name));
    return crypto::parse_private_der(pem.value().bytes.view()).value();
}

}  // namespace

TEST_CASE("RSA-OAEP opens what it sealed, under the same key and label only") {
    const crypto::DerPrivateKey key = fixture_key("rsa_pkcs1");
    const Bytes sealed = crypto::rsa_oaep_encrypt({key.rsa_modulus, key.rsa_exponent}, as_bytes("text"), "label");
    CHECK(sealed.size() == 256);
    const auto opened = crypto::rsa_oaep_decrypt(key.rsa_pkcs1.view(), sealed, "label");
    REQUIRE(opened);
    CHECK(as_text(opened->view()) == "text");
    CHECK_FALSE(crypto::rsa_oaep_decrypt(key.rsa_pkcs1.view(), sealed, "other"));
    Bytes altered = sealed;
    altered[100] ^= 1U;
    CHECK_FALSE(crypto::rsa_oaep_decrypt(key.rsa_pkcs1.view(), altered, "label"));
    CHECK_FALSE(crypto::rsa_oaep_decrypt(key.rsa_pkcs1.view(), ByteView(sealed).first(255), "label"));
}

TEST_CASE("DER private keys are RSA, ed25519, or said to be neither") {
    CHECK(fixture_key("rsa_pkcs8").rsa_modulus == fixture_key("rsa_pkcs1").rsa_modulus);
    CHECK(fixture_key("ed25519_pkcs8").ed25519_seed.size() == 32);
    const crypto::DerPrivateKey ecdsa = fixture_key("ecdsa_sec1");
    CHECK((ecdsa.rsa_pkcs1.empty() && ecdsa.ed25519_seed.empty()));
    CHECK_FALSE(crypto::parse_private_der(as_bytes("not DER")));
    CHECK_FALSE(crypto::parse_private_der({}));
}
