#include "age/age.hpp"
#include "support/fixture.hpp"

#include <catch2/catch.hpp>

// Files that the real age made, recorded by fixtures/make.sh.

using namespace bestow;
using test::read_fixture;

namespace {

constexpr std::size_t kLimit = std::size_t{1} * 1024 * 1024;
constexpr std::string_view kText = "recorded by age v1.3.2";

age::Identities identities_from(const std::string& name) {
    return age::parse_identities(read_fixture(name), name);
}

Bytes open(const std::string& name, const age::Identities& identities) {
    const auto plaintext = age::decrypt(read_fixture("fixtures/" + name), identities, kLimit);
    REQUIRE(plaintext);
    return to_bytes(plaintext->view());
}

}  // namespace

TEST_CASE("files that age made open with the keys that they were made for, and with no other") {
    const auto [file, key, other] = GENERATE(table<std::string, std::string, std::string>({
        {"x25519.age", "fixtures/identity.txt", "../ssh/fixtures/ed25519"},
        {"ssh-ed25519.age", "../ssh/fixtures/ed25519", "fixtures/identity.txt"},
        {"ssh-ed25519.age", "../ssh/fixtures/ed25519", "../ssh/fixtures/ed25519_pkcs8"},
        {"ssh-rsa.age", "../ssh/fixtures/rsa2048", "../ssh/fixtures/rsa3072"},
        {"ssh-rsa-pkcs1.age", "../ssh/fixtures/rsa_pkcs1", "../ssh/fixtures/rsa2048"},
        {"ssh-rsa-pkcs1.age", "../ssh/fixtures/rsa_pkcs8", "../ssh/fixtures/ed25519"},
        {"everybody-armored.age", "fixtures/identity.txt", "../ssh/fixtures/rsa2048"},
        {"everybody-armored.age", "../ssh/fixtures/ed25519", "../ssh/fixtures/rsa2048"},
        {"everybody-armored.age", "../ssh/fixtures/rsa3072", "../ssh/fixtures/rsa2048"},
    }));
    INFO(file << " with " << key);
    CHECK(to_text(open(file, identities_from(key))) == kText);
    CHECK_FALSE(age::decrypt(read_fixture("fixtures/" + file), identities_from(other), kLimit));
}

TEST_CASE("a file that age made under a passphrase opens with it") {
    age::Identities identities;
    identities.push_back(age::scrypt_identity([] { return SecretBytes::copy_of(std::string_view("correct horse")); }));
    CHECK(to_text(open("passphrase.age", identities)) == kText);
}

TEST_CASE("an empty file and a full last chunk of age's are whole") {
    CHECK(open("empty.age", identities_from("fixtures/identity.txt")).empty());
    CHECK(open("one-chunk.age", identities_from("fixtures/identity.txt")) == Bytes(65536, 0));
}

TEST_CASE("an SSH key converts to what ssh-to-age v1.3.0 prints") {
    // ssh-to-age -i ed25519.pub; ssh-to-age -private-key -i ed25519, its last eight characters
    CHECK(age::recipient_as_x25519(test::read_fixture_text("../ssh/fixtures/ed25519.pub")) ==
          "age1a90l93w20fmfugny3fknmpx2mcdh6aqayrkc2w0k8z6lev7eu4fqean8th");
    const SecretBytes identity = age::ssh_private_key_as_identity(read_fixture("../ssh/fixtures/ed25519"), "ed25519");
    const std::string_view text = as_text(identity.view());
    CHECK(text.substr(text.size() - 8) == "MS3TGHK5");
    CHECK(text.size() == 74);
}
