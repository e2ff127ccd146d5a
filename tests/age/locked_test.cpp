#include "age/age.hpp"
#include "base/error.hpp"
#include "support/fixture.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

using namespace bestow;
using Catch::Contains;
using test::read_fixture;
using test::read_fixture_text;

namespace {

constexpr std::size_t kLimit = 1000;
constexpr const char* kKey = "../ssh/fixtures/ed25519_aes256-ctr";

SecretBytes secret(std::string_view text) {
    return SecretBytes::copy_of(text);
}

/// Answers in order, and counts.
class Person {
  public:
    explicit Person(std::vector<std::string> answers) : answers_(std::move(answers)) {}
    age::AskPassphrase ask() {
        return [this](const std::string& name, unsigned) {
            names.push_back(name);
            return secret(answers_.at(names.size() - 1));
        };
    }
    std::vector<std::string> names;

  private:
    std::vector<std::string> answers_;
};

std::string key_recipient() {
    return age::normalize_recipient(read_fixture_text(std::string(kKey) + ".pub"));
}

age::Identities key_of(Person& person) {
    return age::parse_identities(read_fixture(kKey), "id_ed25519", {person.ask(), {}});
}

Bytes sealed_to(const std::string& recipient) {
    age::Recipients recipients;
    recipients.push_back(age::parse_recipient(recipient));
    return age::encrypt(as_bytes("text"), recipients, false);
}

void append(age::Identities& all, age::Identities more) {
    std::move(more.begin(), more.end(), std::back_inserter(all));
}

}  // namespace

TEST_CASE("a protected SSH key is asked for once, and only for files that name it") {
    Person person({"a passphrase"});
    const age::Identities identities = key_of(person);
    CHECK(identities.at(0)->recipient_text() == key_recipient());
    CHECK(identities.at(1)->recipient_text() == age::recipient_as_x25519(key_recipient()));
    CHECK_FALSE(age::decrypt(sealed_to(age::generate_identity().recipient), identities, kLimit));
    CHECK_FALSE(age::decrypt(sealed_to(read_fixture_text("../ssh/fixtures/ed25519.pub")), identities, kLimit));
    CHECK(person.names.empty());
    for (int count = 0; count < 20; ++count) {
        CHECK(age::decrypt(sealed_to(key_recipient()), identities, kLimit));
    }
    CHECK(person.names == std::vector<std::string>{"id_ed25519"});
}

TEST_CASE("a key converted from a protected one is asked for where its recipient is told") {
    Person person({"a passphrase"});
    const age::Identities identities = key_of(person);
    const std::string converted = age::recipient_as_x25519(key_recipient());
    const Bytes file = sealed_to(converted);
    CHECK_FALSE(age::decrypt(file, identities, kLimit));
    const std::string other = age::generate_identity().recipient;
    CHECK_FALSE(age::decrypt(file, identities, kLimit, {age::Effort::NamedKey, other}));
    CHECK(person.names.empty());
    CHECK(age::decrypt(file, identities, kLimit, {age::Effort::NamedKey, converted}));
    CHECK(age::decrypt(file, identities, kLimit));  // it is open now
    CHECK(person.names.size() == 1);
}

TEST_CASE("nobody is asked when another identity opens the file, wherever it stands") {
    Person person({});
    const age::GeneratedIdentity other = age::generate_identity();
    age::Identities identities = key_of(person);
    append(identities, age::parse_identities(other.text.view(), "other"));
    age::Recipients both;
    both.push_back(age::parse_recipient(key_recipient()));
    both.push_back(age::parse_recipient(other.recipient));
    CHECK(age::decrypt(age::encrypt(as_bytes("text"), both, true), identities, kLimit));
    CHECK(person.names.empty());
}

TEST_CASE("three wrong passphrases are final") {
    Person person({"x", "y", "z"});
    const age::Identities identities = key_of(person);
    const Bytes file = sealed_to(key_recipient());
    for (int count = 0; count < 2; ++count) {
        try {
            (void)age::decrypt(file, identities, kLimit);
            FAIL("it opened");
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::NoIdentity);
            CHECK_THAT(error.full_message(), Contains("'id_ed25519'") && Contains("3 wrong"));
        }
    }
    CHECK(person.names.size() == 3);
}

TEST_CASE("a protected identity file is asked for when an X25519 stanza is all that is left") {
    const age::GeneratedIdentity inside = age::generate_identity();
    age::Recipients passphrase;
    passphrase.push_back(age::scrypt_recipient(secret("words"), 5));
    const bool armored = GENERATE(false, true);
    const Bytes file = age::encrypt(inside.text.view(), passphrase, armored);
    Person person({"wrong", "words"});
    const age::Identities identities = age::parse_identities(file, "key.age", {person.ask(), {}});
    CHECK_FALSE(age::decrypt(sealed_to(key_recipient()), identities, kLimit));
    CHECK(person.names.empty());
    CHECK(age::decrypt(sealed_to(inside.recipient), identities, kLimit));
    CHECK(age::decrypt(sealed_to(inside.recipient), identities, kLimit));
    CHECK(person.names.size() == 2);
    CHECK(identities.at(0)->recipient_text() == inside.recipient);
    Person again({"words"});
    const age::Identities at_once = age::parse_identities(file, "key.age", {again.ask(), {}, true});
    CHECK(at_once.at(0)->recipient_text() == inside.recipient);
}

TEST_CASE("a program that gives keys runs once, and again only for recipients whose file it did not open") {
    const age::GeneratedIdentity first = age::generate_identity();
    const age::GeneratedIdentity second = age::generate_identity();
    std::vector<std::string> runs;
    age::Identities identities;
    identities.push_back(age::fetched_identity([&](const std::string& recipient) {
        runs.push_back(recipient);
        if (recipient == "broken") {
            throw Error(ErrorKind::NoIdentity, "exit status 1");
        }
        return age::parse_identities((recipient == second.recipient ? second : first).text.view(), "command");
    }));
    const auto open = [&](const std::string& recipient, age::Effort effort, const std::string& told) {
        return age::decrypt(sealed_to(recipient), identities, kLimit, {effort, told}).has_value();
    };
    CHECK_FALSE(open(first.recipient, age::Effort::Ready, first.recipient));
    CHECK(runs.empty());
    CHECK(open(first.recipient, age::Effort::Command, first.recipient));
    CHECK(open(first.recipient, age::Effort::Ready, first.recipient));
    CHECK_FALSE(open(second.recipient, age::Effort::Command, second.recipient));
    CHECK(runs == std::vector<std::string>{first.recipient});
    CHECK(open(second.recipient, age::Effort::CommandAgain, second.recipient));
    CHECK(open(second.recipient, age::Effort::Ready, second.recipient));
    CHECK_THROWS_AS(open(key_recipient(), age::Effort::CommandAgain, "broken"), Error);
    CHECK_FALSE(open(key_recipient(), age::Effort::CommandAgain, "broken"));
    CHECK(runs == std::vector<std::string>{first.recipient, second.recipient, "broken"});
}

TEST_CASE("a protected identity file that was cut off or altered gives nothing, or what was in it") {
    const age::GeneratedIdentity inside = age::generate_identity();
    age::Recipients passphrase;
    passphrase.push_back(age::scrypt_recipient(secret("words"), 2));
    const bool armored = GENERATE(false, true);
    const Bytes file = age::encrypt(inside.text.view(), passphrase, armored);
    const age::AskPassphrase ask = [](const std::string&, unsigned) { return secret("words"); };
    for (std::size_t index = 0; index < 200; ++index) {
        Bytes altered = file;
        if (index % 2 == 0) {
            altered[(index * 7919) % file.size()] ^= static_cast<Byte>(1U << (index % 8));
        } else {
            altered.resize(index * file.size() / 200);
        }
        // A work factor of 22 would take minutes, and is no damage.
        if (as_text(altered).find(" 22\n") != std::string_view::npos) {
            continue;
        }
        INFO("case " << index);
        try {
            const auto identities = age::parse_identities(altered, "key.age", {ask, {}, true});
            CHECK(identities.at(0)->recipient_text() == inside.recipient);
        } catch (const Error& error) {
            CHECK((error.kind() == ErrorKind::Format || error.kind() == ErrorKind::NoIdentity));
            CHECK_THAT(error.full_message(), !Contains(to_text(inside.text.view()).substr(20, 8)));
        }
    }
}
