#include "history/facts.hpp"

#include "age/age.hpp"
#include "sops/edit.hpp"

#include <catch2/catch.hpp>

using namespace bestow;
using namespace bestow::history;

namespace {

std::string sops_document(const std::string& recipient, std::string_view plaintext) {
    sops::EncryptOptions options;
    options.recipients = {recipient};
    options.now = "2025-01-01T00:00:00Z";
    return sops::encrypt_document(as_bytes(plaintext), sops::Format::Yaml, options).text;
}

}  // namespace

TEST_CASE("ciphertext tells values, readers and wrapped keys, and nothing of what is in it") {
    const std::string recipient = age::generate_identity().recipient;
    Tables tables;
    const std::string text = sops_document(recipient, "a: secret\nb:\n  - 1\nc_unencrypted: x\nd: ''\ne: null\n");
    const BlobFacts facts = read_facts(tables, as_bytes(text), sops::Format::Yaml);
    REQUIRE(facts.kind == BlobKind::Sops);
    REQUIRE(facts.leaves.size() == 3);
    CHECK(tables.texts.at(facts.leaves[0].key) == "a");
    CHECK(tables.texts.at(facts.leaves[1].key) == "b[0]");
    CHECK(facts.leaves[2].sealed == kNone);
    CHECK(tables.sealed.at(facts.leaves[0].sealed).value_bytes == 6);
    REQUIRE(facts.readers.size() == 1);
    CHECK(tables.texts.at(facts.readers[0]) == recipient);
    for (Index one = 0; one < tables.texts.size(); ++one) {
        CHECK(tables.texts.at(one).find("secret") == std::string::npos);
    }
    const BlobFacts again = read_facts(tables, as_bytes(text), sops::Format::Yaml);
    CHECK(again.leaves[0].sealed == facts.leaves[0].sealed);
    const BlobFacts other = read_facts(tables, as_bytes(sops_document(recipient, "a: secret\n")), sops::Format::Yaml);
    CHECK(other.leaves[0].sealed != facts.leaves[0].sealed);
    CHECK(other.wrapped != facts.wrapped);
}

TEST_CASE("plaintext has no facts, and a broken document says why") {
    Tables tables;
    CHECK(read_facts(tables, as_bytes("a: secret\n"), sops::Format::Yaml).kind == BlobKind::Plaintext);
    CHECK(tables.texts.size() == 0);
    const BlobFacts broken = read_facts(tables, as_bytes("a: ENC[AES256_GCM,data:x\n"), sops::Format::Yaml);
    CHECK(broken.kind == BlobKind::Broken);
    CHECK(broken.problem != kNone);
}

TEST_CASE("an age file is one value, and its stanzas are told by tag or as anonymous") {
    const std::string ssh = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN";
    age::Recipients recipients;
    recipients.push_back(age::parse_recipient(age::generate_identity().recipient));
    recipients.push_back(age::parse_recipient(ssh));
    for (const bool armored : {false, true}) {
        const Bytes file = age::encrypt(as_bytes("a disk's key"), recipients, armored);
        Tables tables;
        const BlobFacts facts = read_facts(tables, file, sops::Format::Binary);
        REQUIRE(facts.kind == BlobKind::Age);
        REQUIRE(facts.leaves.size() == 1);
        CHECK(tables.texts.at(facts.leaves[0].key) == ".");
        CHECK(tables.sealed.at(facts.leaves[0].sealed).value_bytes == 12);
        REQUIRE(facts.readers.size() == 2);
        CHECK(tables.texts.at(facts.readers[0]) == kAnonymousStanza);
        CHECK(tables.texts.at(facts.readers[1]) == stanza_text_of(ssh));
    }
    CHECK(stanza_text_of("age1x").empty());
    CHECK(stanza_text_of("ssh-ed25519 nonsense").empty());
}

TEST_CASE("a document under a name of another type is found for what it is") {
    Tables tables;
    const std::string recipient = age::generate_identity().recipient;
    const std::string text = sops_document(recipient, "a: secret\n");
    const BlobFacts named = read_facts(tables, as_bytes(text), sops::Format::Yaml);
    const BlobFacts misnamed = read_facts(tables, as_bytes(text), sops::Format::Binary);
    REQUIRE(misnamed.kind == BlobKind::Sops);
    CHECK(misnamed.leaves.front().sealed == named.leaves.front().sealed);
    CHECK(misnamed.readers == named.readers);
}
