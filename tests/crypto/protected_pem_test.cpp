#include "crypto/protected_pem.hpp"

#include "support/hex.hpp"

#include <catch2/catch.hpp>

using namespace bestow;

namespace {

/// An EncryptedPrivateKeyInfo under PBES2 with PBKDF2 and AES-256-CBC, written out; `iterations` are eight digits
/// of hex.
Bytes with_iterations(const std::string& iterations) {
    const std::string derivation = "301d06092a864886f70d01050c3010040800000000000000000204" + iterations;
    const std::string cipher = "301d060960864801650304012a041000000000000000000000000000000000";
    return test::from_hex("305f304b06092a864886f70d01050d303e" + derivation + cipher +
                          "041000000000000000000000000000000000");
}

}  // namespace

TEST_CASE("a derivation that would take minutes is refused before it is begun") {
    CHECK(crypto::obstacle_of_pkcs8(with_iterations("00989680")).empty());
    CHECK_THAT(crypto::obstacle_of_pkcs8(with_iterations("00989681")), Catch::Contains("10000000 iterations"));
    CHECK_THAT(crypto::obstacle_of_pkcs8(with_iterations("7fffffff")), Catch::Contains("10000000 iterations"));
    CHECK_FALSE(crypto::obstacle_of_pkcs8(with_iterations("ffffffff")).empty());  // -1
}

TEST_CASE("what is no protected key is said to be malformed") {
    const Bytes whole = with_iterations("00800000");
    CHECK(crypto::obstacle_of_pkcs8(whole).empty());
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CHECK_FALSE(crypto::obstacle_of_pkcs8(ByteView(whole).first(size)).empty());
    }
    CHECK_FALSE(crypto::obstacle_of_legacy_pem("").empty());
    CHECK_FALSE(crypto::obstacle_of_legacy_pem("Proc-Type: 4,ENCRYPTED\nDEK-Info: ROT13,00\n").empty());
    CHECK_FALSE(crypto::obstacle_of_legacy_pem("Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n").empty());
}
