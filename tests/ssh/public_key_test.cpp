#include "ssh/public_key.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/base64.hpp"
#include "codec/ssh_wire.hpp"
#include "support/fixture.hpp"

#include <catch2/catch.hpp>

using namespace bestow;
using Catch::Contains;
using test::read_fixture_text;

TEST_CASE("an ed25519 public key keeps its text without its comment, however it is spaced") {
    const std::string line = read_fixture_text("fixtures/ed25519.pub");
    const ssh::PublicKey key = ssh::parse_public_key(line);
    CHECK(key.type == ssh::KeyType::Ed25519);
    CHECK(key.ed25519_point.size() == 32);
    CHECK(key.comment == "ed25519 of bestow's tests");
    CHECK(line.substr(0, key.text().size()) == key.text());
    const std::string base64 = key.text().substr(12);
    CHECK(ssh::parse_public_key("\t ssh-ed25519 \t " + base64 + "\r\n").text() == key.text());
    CHECK(ssh::parse_public_key("ssh-ed25519 " + base64).comment.empty());
}

TEST_CASE("an RSA public key knows its numbers") {
    const ssh::PublicKey key = ssh::parse_public_key(read_fixture_text("fixtures/rsa3072.pub"));
    CHECK(key.type == ssh::KeyType::Rsa);
    CHECK(key.rsa_modulus_bits() == 3072);
    CHECK(key.rsa_exponent == Bytes{1, 0, 1});
}

TEST_CASE("fingerprints are what ssh-keygen -l prints") {
    CHECK(ssh::parse_public_key(read_fixture_text("fixtures/ed25519.pub")).fingerprint() ==
          "SHA256:C7zTNI9OnynKUC3D+15sDSaG9cCKycBGD/HafA78c4c");
    CHECK(ssh::parse_public_key(read_fixture_text("fixtures/rsa2048.pub")).fingerprint() ==
          "SHA256:36P/OFqDEXcVEeGZ/EwTzAjDsQT3KoQEJ8Ax2Dxbe2k");
}

TEST_CASE("SSH keys that cannot decrypt are refused by their type") {
    CHECK_THROWS_WITH(ssh::parse_public_key(read_fixture_text("fixtures/ecdsa.pub")),
                      Contains("ecdsa-sha2-nistp256") && Contains("not decrypt"));
    CHECK_THROWS_WITH(ssh::parse_public_key("sk-ssh-ed25519@openssh.com AAAA"), Contains("sk-ssh-ed25519"));
    CHECK_THROWS_WITH(ssh::parse_public_key("ssh-dss AAAA"), Contains("ssh-dss"));
}

TEST_CASE("RSA keys outside 2048 to 8192 bits are refused with their size") {
    CHECK_THROWS_WITH(ssh::parse_public_key(read_fixture_text("fixtures/rsa1024.pub")), Contains("1024 bits"));
    Bytes huge(16384 / 8, 0xff);
    CHECK_THROWS_WITH(ssh::make_rsa_public_key(huge, Bytes{1, 0, 1}), Contains("16384 bits"));
    CHECK_THROWS_AS(ssh::make_rsa_public_key(Bytes(256, 0xff), Bytes{1}), Error);
    CHECK_THROWS_AS(ssh::make_rsa_public_key(Bytes(256, 0xff), Bytes{4}), Error);
    CHECK_THROWS_AS(ssh::make_rsa_public_key(Bytes(256, 0xff), Bytes{1, 0, 0, 0, 1}), Error);
    CHECK_NOTHROW(ssh::make_rsa_public_key(Bytes(256, 0xff), Bytes{3}));
}

TEST_CASE("a malformed SSH public key is refused") {
    const std::string line = ssh::parse_public_key(read_fixture_text("fixtures/ed25519.pub")).text();
    const std::string rsa = ssh::parse_public_key(read_fixture_text("fixtures/rsa2048.pub")).text();
    const std::string text =
        GENERATE_COPY("", "ssh-ed25519", "ssh-ed25519 ", line.substr(0, line.size() - 4), line + "AAAA", "hello world",
                      "ssh-rsa " + line.substr(12), "ssh-ed25519 " + rsa.substr(8),
                      line.substr(0, 30) + "!" + line.substr(31), "ssh-ed25519 " + std::string(20000, 'A'));
    INFO(text);
    CHECK_THROWS_AS(ssh::parse_public_key(text), Error);
}

TEST_CASE("every cut of an SSH public key is refused, and numbers that are not canonical") {
    const ssh::PublicKey key = ssh::parse_public_key(read_fixture_text("fixtures/rsa2048.pub"));
    for (std::size_t size = 0; size < key.wire.size(); ++size) {
        CHECK_THROWS_AS(ssh::parse_public_key_wire(ByteView(key.wire).first(size)), Error);
    }
    Bytes padded;
    codec::append_ssh_string(padded, as_bytes("ssh-rsa"));
    codec::append_ssh_string(padded, Bytes{0, 1, 0, 1});
    codec::append_ssh_number(padded, key.rsa_modulus);
    CHECK_THROWS_AS(ssh::parse_public_key_wire(padded), Error);
}
