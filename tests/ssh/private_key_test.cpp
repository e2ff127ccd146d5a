#include "ssh/private_key.hpp"

#include "base/error.hpp"
#include "codec/base64.hpp"
#include "codec/pem.hpp"
#include "support/fixture.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

using namespace bestow;
using Catch::Contains;
using test::read_fixture;
using test::read_fixture_text;

namespace {

std::string openssh_file(ByteView blob) {
    return "-----BEGIN OPENSSH PRIVATE KEY-----\n" + codec::encode_base64(blob) +
           "\n-----END OPENSSH PRIVATE KEY-----\n";
}

Bytes openssh_blob(const std::string& name) {
    return to_bytes(codec::decode_pem(read_fixture_text(name)).value().bytes.view());
}

}  // namespace

TEST_CASE("OpenSSH and PEM private keys are read, with the public key beside them") {
    const std::string name = GENERATE("ed25519", "rsa2048", "rsa3072", "rsa_pkcs1");
    INFO(name);
    const Bytes file = read_fixture("fixtures/" + name);
    CHECK(ssh::looks_like_private_key(file));
    const ssh::PrivateKey key = ssh::parse_private_key(file);
    CHECK(key.public_key.text() == ssh::parse_public_key(read_fixture_text("fixtures/" + name + ".pub")).text());
    CHECK(key.ed25519_seed.size() == (name == "ed25519" ? 32 : 0));
    CHECK(key.rsa_der.empty() == (name == "ed25519"));
}

TEST_CASE("PKCS#8 keys are the same keys") {
    const ssh::PrivateKey rsa = ssh::parse_private_key(read_fixture("fixtures/rsa_pkcs8"));
    CHECK(rsa.public_key.text() == ssh::parse_public_key(read_fixture_text("fixtures/rsa_pkcs1.pub")).text());
    CHECK(equal_constant_time(rsa.rsa_der.view(),
                              ssh::parse_private_key(read_fixture("fixtures/rsa_pkcs1")).rsa_der.view()));
    CHECK(ssh::parse_private_key(read_fixture("fixtures/ed25519_pkcs8")).ed25519_seed.size() == 32);
}

TEST_CASE("CRLF and white space around a private key do not matter") {
    std::string text = "\n \n";
    for (const char character : read_fixture_text("fixtures/ed25519")) {
        text += character == '\n' ? "\r\n" : std::string(1, character);
    }
    CHECK(ssh::looks_like_private_key(as_bytes(text)));
    CHECK(ssh::parse_private_key(as_bytes(text)).ed25519_seed.size() == 32);
}

TEST_CASE("a private key protected by a passphrase is refused by name") {
    const std::string name =
        GENERATE("ed25519_protected", "rsa_protected", "rsa_pkcs1_protected", "rsa_pkcs8_protected");
    INFO(name);
    CHECK_THROWS_WITH(ssh::parse_private_key(read_fixture("fixtures/" + name)), Contains("protected by a passphrase"));
}

TEST_CASE("a private key that cannot decrypt is refused with what to use instead") {
    CHECK_THROWS_WITH(ssh::parse_private_key(read_fixture("fixtures/ecdsa")), Contains("ecdsa-sha2-nistp256"));
    CHECK_THROWS_WITH(ssh::parse_private_key(read_fixture("fixtures/ecdsa_sec1")), Contains("neither RSA nor ed25519"));
    CHECK_THROWS_WITH(ssh::parse_private_key(read_fixture("fixtures/rsa1024")), Contains("1024 bits"));
}

TEST_CASE("what is no private key is refused") {
    CHECK_THROWS_WITH(ssh::parse_private_key({}), Contains("empty"));
    CHECK_THROWS_WITH(ssh::parse_private_key(as_bytes(" \n")), Contains("empty"));
    CHECK_THROWS_AS(ssh::parse_private_key(read_fixture("fixtures/ed25519.pub")), Error);
    CHECK_THROWS_AS(ssh::parse_private_key(Bytes(20000, 'a')), Error);
    CHECK_FALSE(ssh::looks_like_private_key(read_fixture("fixtures/ed25519.pub")));
    CHECK_FALSE(ssh::looks_like_private_key(as_bytes("-----BEGIN CERTIFICATE-----\n")));
}

TEST_CASE("every cut of a private key is refused") {
    const Bytes blob = openssh_blob("fixtures/ed25519");
    for (std::size_t size = 0; size < blob.size(); ++size) {
        CHECK_THROWS_AS(ssh::parse_private_key(as_bytes(openssh_file(ByteView(blob).first(size)))), Error);
    }
    CHECK_NOTHROW(ssh::parse_private_key(as_bytes(openssh_file(blob))));
    Bytes longer = blob;
    longer.push_back(0);
    CHECK_THROWS_AS(ssh::parse_private_key(as_bytes(openssh_file(longer))), Error);
}

TEST_CASE("a private key altered anywhere is refused, save in its comment") {
    const std::string name = GENERATE("fixtures/ed25519", "fixtures/rsa2048");
    const Bytes blob = openssh_blob(name);
    const std::string expected = ssh::parse_private_key(as_bytes(openssh_file(blob))).public_key.text();
    std::size_t accepted = 0;
    for (std::size_t at = 0; at < blob.size(); ++at) {
        Bytes altered = blob;
        altered[at] ^= 0x01U;
        std::string read;
        try {
            read = ssh::parse_private_key(as_bytes(openssh_file(altered))).public_key.text();
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::Format);
            continue;
        }
        INFO(at);
        CHECK(read == expected);
        ++accepted;
    }
    CHECK(accepted == std::string_view("ed25519 of bestow's tests").size());
}

TEST_CASE("a key whose public half belongs to another is refused") {
    Bytes blob = openssh_blob("fixtures/ed25519");
    const ssh::PrivateKey key = ssh::parse_private_key(as_bytes(openssh_file(blob)));
    const Bytes& point = key.public_key.ed25519_point;
    const ssh::PrivateKey other = ssh::parse_private_key(read_fixture("fixtures/ed25519_pkcs8"));
    // All three places at once, so that only the seed contradicts.
    for (auto found = blob.begin();;) {
        found = std::search(found, blob.end(), point.begin(), point.end());
        if (found == blob.end()) {
            break;
        }
        found = std::copy(other.public_key.ed25519_point.begin(), other.public_key.ed25519_point.end(), found);
    }
    CHECK_THROWS_WITH(ssh::parse_private_key(as_bytes(openssh_file(blob))), Contains("belong together"));
}

namespace {

constexpr std::string_view kPassphrase = "a passphrase";

std::optional<ssh::PrivateKey> unlock(const std::string& name, std::string_view passphrase = kPassphrase) {
    return ssh::unlock_private_key(read_fixture("fixtures/" + name), as_bytes(passphrase));
}

}  // namespace

TEST_CASE("a protected OpenSSH key opens under each cipher with its passphrase alone") {
    const std::string name = GENERATE("ed25519_aes128-ctr", "ed25519_aes192-ctr", "ed25519_aes256-ctr",
                                      "ed25519_aes128-cbc", "ed25519_aes192-cbc", "ed25519_aes256-cbc",
                                      "ed25519_aes128-gcm", "ed25519_aes256-gcm", "ed25519_protected", "rsa_protected");
    INFO(name);
    const ssh::PrivateKeySummary summary = ssh::inspect_private_key(read_fixture("fixtures/" + name));
    CHECK(summary.is_protected);
    CHECK(summary.obstacle.empty());
    const std::string public_key = ssh::parse_public_key(read_fixture_text("fixtures/" + name + ".pub")).text();
    CHECK(summary.public_key.value().text() == public_key);
    const auto key = unlock(name);
    REQUIRE(key.has_value());
    CHECK(key->public_key.text() == public_key);
    CHECK_FALSE(unlock(name, "a passphrasf").has_value());
    CHECK_FALSE(unlock(name, "x").has_value());
}

TEST_CASE("protected PEM keys hide their public half, and open with their passphrase alone") {
    const std::string name =
        GENERATE("rsa_pkcs1_protected", "rsa_pkcs1_aes256", "rsa_pkcs8_protected", "ed25519_pkcs8_protected");
    INFO(name);
    const ssh::PrivateKeySummary summary = ssh::inspect_private_key(read_fixture("fixtures/" + name));
    CHECK(summary.is_protected);
    CHECK(summary.obstacle.empty());
    CHECK_FALSE(summary.public_key.has_value());
    const auto key = unlock(name);
    REQUIRE(key.has_value());
    const bool is_rsa = name.substr(0, 3) == "rsa";
    if (name != "rsa_pkcs1_protected") {
        const std::string plain = is_rsa ? "rsa_pkcs1" : "ed25519_pkcs8";
        CHECK(key->public_key.text() == ssh::parse_private_key(read_fixture("fixtures/" + plain)).public_key.text());
    }
    for (const std::string_view wrong : {"", "x", "a passphrasf", "a passphrase "}) {
        CHECK_FALSE(unlock(name, wrong).has_value());
    }
}

TEST_CASE("what no passphrase opens here is said before one is asked for") {
    const auto [name, word] = GENERATE(table<std::string, std::string>({
        {"ed25519_3des-cbc", "3des-cbc"},
        {"ed25519_chacha20-poly1305", "chacha20-poly1305"},
        {"rsa_pkcs8_pbes1", "not by PBES2"},
    }));
    INFO(name);
    CHECK_THAT(ssh::inspect_private_key(read_fixture("fixtures/" + name)).obstacle, Contains(word));
    CHECK_THROWS_WITH(unlock(name), Contains(word));
}

TEST_CASE("more rounds than are bearable are refused before any is run") {
    Bytes blob = openssh_blob("fixtures/ed25519_aes256-ctr");
    // "bcrypt", its options of 24 bytes: a salt of 16, the rounds.
    const std::size_t at = as_text(blob).find("bcrypt") + 6 + 4 + 4 + 16;
    REQUIRE(blob.at(at + 3) == 1);
    blob[at + 2] = 0x10;  // 4097
    CHECK_THAT(ssh::inspect_private_key(as_bytes(openssh_file(blob))).obstacle, Contains("4097 rounds"));
    blob[at + 2] = 0;
    blob[at + 3] = 0;
    CHECK_THAT(ssh::inspect_private_key(as_bytes(openssh_file(blob))).obstacle, Contains("0 rounds"));
}

TEST_CASE("a protected key that was cut off or altered is refused, or is still the same key") {
    const std::string name = GENERATE("ed25519_aes256-ctr", "ed25519_aes256-cbc", "ed25519_aes256-gcm");
    const Bytes blob = openssh_blob("fixtures/" + name);
    const auto original = unlock(name);
    REQUIRE(original.has_value());
    const auto try_it = [&](const Bytes& altered) {
        try {
            const auto summary = ssh::inspect_private_key(as_bytes(openssh_file(altered)));
            if (!summary.is_protected || !summary.obstacle.empty()) {
                return;
            }
            const std::size_t at = as_text(altered).find("bcrypt") + 6 + 4 + 4 + 16;
            if (altered.at(at + 2) != 0) {
                return;  // hundreds of rounds
            }
            const auto key = ssh::unlock_private_key(as_bytes(openssh_file(altered)), as_bytes(kPassphrase));
            if (key) {
                CHECK(equal_constant_time(key->ed25519_seed.view(), original->ed25519_seed.view()));
            }
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::Format);
        }
    };
    for (std::size_t index = 0; index < 100; ++index) {
        Bytes altered = blob;
        altered[(index * 7919) % blob.size()] ^= static_cast<Byte>(1U << (index % 8));
        INFO(name << ", bit " << index);
        try_it(altered);
        const std::size_t size = index * blob.size() / 100;
        try_it(to_bytes(ByteView(blob).first(size)));
    }
}
