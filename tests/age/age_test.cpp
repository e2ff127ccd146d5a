#include "age/age.hpp"

#include "base/error.hpp"
#include "codec/bech32.hpp"
#include "support/fixture.hpp"

#include <catch2/catch.hpp>

using namespace bestow;
using Catch::Contains;

namespace {

constexpr std::size_t kLimit = std::size_t{64} * 1024 * 1024;

Bytes ssh_fixture(const std::string& name) {
    return test::read_fixture("../ssh/fixtures/" + name);
}

age::Identities identities_of(const std::string& name) {
    return age::parse_identities(ssh_fixture(name), name);
}

age::Recipients one(std::unique_ptr<age::Recipient> recipient) {
    age::Recipients recipients;
    recipients.push_back(std::move(recipient));
    return recipients;
}

age::Identities one(std::unique_ptr<age::Identity> identity) {
    age::Identities identities;
    identities.push_back(std::move(identity));
    return identities;
}

SecretBytes secret(std::string_view text) {
    return SecretBytes::copy_of(text);
}

}  // namespace

TEST_CASE("a file comes back for every kind of recipient, binary and armored, at every size of chunk") {
    const auto generated = age::generate_identity();
    const bool armor = GENERATE(false, true);
    const std::size_t size = GENERATE(0, 1, 47, 48, 65535, 65536, 65537, 131072, 200000);
    const Bytes plaintext(size, 0x5a);
    age::Recipients recipients;
    recipients.push_back(age::parse_recipient(generated.recipient));
    recipients.push_back(age::parse_recipient(to_text(ssh_fixture("ed25519.pub"))));
    recipients.push_back(age::parse_recipient(to_text(ssh_fixture("rsa2048.pub"))));
    const Bytes file = age::encrypt(plaintext, recipients, armor);
    CHECK(age::looks_like_age_file(file));
    const auto native = age::parse_identities(generated.text.view(), "generated");
    CHECK(to_bytes(age::decrypt(file, native, kLimit).value().view()) == plaintext);
    CHECK(to_bytes(age::decrypt(file, identities_of("ed25519"), kLimit).value().view()) == plaintext);
    CHECK(to_bytes(age::decrypt(file, identities_of("rsa2048"), kLimit).value().view()) == plaintext);
    CHECK_FALSE(age::decrypt(file, identities_of("rsa3072"), kLimit));
    CHECK_FALSE(age::decrypt(file, {}, kLimit));
    if (size > 0) {
        CHECK_THROWS_WITH(age::decrypt(file, native, size - 1), Contains("more than"));
    }
}

TEST_CASE("a passphrase opens its file, alone, within the cap, and is asked for once") {
    const Bytes file = age::encrypt(as_bytes("text"), one(age::scrypt_recipient(secret("correct"), 10)), false);
    int asked = 0;
    const auto ask = [&asked] {
        ++asked;
        return secret("correct");
    };
    CHECK(as_text(age::decrypt(file, one(age::scrypt_identity(ask)), kLimit).value().view()) == "text");
    CHECK(asked == 1);
    CHECK_FALSE(age::decrypt(file, one(age::scrypt_identity([] { return secret("wrong"); })), kLimit));
    CHECK_THROWS_WITH(age::decrypt(file, one(age::scrypt_identity(ask, 9)), kLimit), Contains("work factor"));
    CHECK(asked == 1);
    CHECK_FALSE(age::decrypt(file, identities_of("ed25519"), kLimit));

    auto company = one(age::scrypt_recipient(secret("x"), 10));
    company.push_back(age::parse_recipient(age::generate_identity().recipient));
    CHECK_THROWS_WITH(age::encrypt({}, company, false), Contains("only recipient"));
}

TEST_CASE("nothing is encrypted to nobody") {
    CHECK_THROWS_AS(age::encrypt({}, {}, false), Error);
}

TEST_CASE("an ed25519 SSH identity also opens what its converted recipient was given") {
    const std::string converted = age::recipient_as_x25519(to_text(ssh_fixture("ed25519.pub")));
    CHECK(converted.substr(0, 4) == "age1");
    const Bytes file = age::encrypt(as_bytes("text"), one(age::parse_recipient(converted)), false);
    CHECK(age::decrypt(file, identities_of("ed25519"), kLimit));
    const SecretBytes text = age::ssh_private_key_as_identity(ssh_fixture("ed25519"), "ed25519");
    const auto identities = age::parse_identities(text.view(), "converted");
    CHECK(identities.at(0)->recipient_text() == converted);
    CHECK(age::decrypt(file, identities, kLimit));
}

TEST_CASE("recipients have one normal form") {
    const std::string line = to_text(ssh_fixture("ed25519.pub"));
    const std::string bare = line.substr(0, line.find(" ed25519 of"));
    CHECK(age::normalize_recipient(line) == bare);
    CHECK(age::normalize_recipient("  " + bare + "\tsomebody else\n") == bare);
    const std::string native = age::generate_identity().recipient;
    CHECK(age::normalize_recipient(" " + native + "\n") == native);
    CHECK(age::recipient_as_x25519(native) == native);
    const std::string rsa = to_text(ssh_fixture("rsa2048.pub"));
    CHECK(age::recipient_as_x25519(rsa) == age::normalize_recipient(rsa));
}

TEST_CASE("recipients of other kinds are refused by name, and identities are never echoed") {
    CHECK_THROWS_WITH(age::parse_recipient(codec::encode_bech32("age1pq", Bytes(1216, 1))), Contains("ML-KEM"));
    CHECK_THROWS_WITH(age::parse_recipient(codec::encode_bech32("age1yubikey", Bytes(33, 1))),
                      Contains("age-plugin-yubikey"));
    CHECK_THROWS_WITH(age::parse_recipient(codec::encode_bech32("age1tag", Bytes(33, 1))), Contains("tagged"));
    CHECK_THROWS_WITH(age::parse_recipient(codec::encode_bech32("age", Bytes(31, 1))), Contains("32 bytes"));
    CHECK_THROWS_WITH(age::parse_recipient(codec::encode_bech32("age", Bytes(32, 0))), Contains("low order"));
    const auto generated = age::generate_identity();
    try {
        age::parse_recipient(as_text(generated.text.view()));
        FAIL("an identity is no recipient");
    } catch (const Error& error) {
        CHECK_THAT(error.full_message(),
                   Contains("identity") && !Contains(to_text(generated.text.view()).substr(16, 8)));
    }
    CHECK_THROWS_AS(age::parse_recipient(""), Error);
    CHECK_THROWS_AS(age::parse_recipient("AGE1" + generated.recipient.substr(4)), Error);
}

TEST_CASE("recipients files have comments and empty lines, and errors name the line") {
    const std::string first = age::generate_identity().recipient;
    const std::string text = "# people\n\n" + first + "\r\n" + to_text(ssh_fixture("rsa2048.pub"));
    const auto recipients = age::parse_recipients_file(as_bytes(text), "people.txt");
    REQUIRE(recipients.size() == 2);
    CHECK(recipients[0]->text() == first);
    CHECK_THROWS_WITH(age::parse_recipients_file(as_bytes("# x\nage1foo\n"), "people.txt"),
                      Contains("'people.txt': line 2") && !Contains("foo"));
    CHECK_THROWS_WITH(age::parse_recipients_file(as_bytes("# x\n"), "people.txt"), Contains("no recipients"));
    CHECK_THROWS_WITH(age::parse_recipients_file(Bytes(9000, 'a'), "people.txt"), Contains("longer than"));
}

TEST_CASE("identity files have comments and several identities, and errors never echo a line") {
    const auto a = age::generate_identity();
    const auto b = age::generate_identity();
    const std::string text = "# made by a test\n" + to_text(a.text.view()) + "\r\n\n" + to_text(b.text.view());
    const auto identities = age::parse_identities(as_bytes(text), "keys.txt");
    REQUIRE(identities.size() == 2);
    CHECK(identities[1]->recipient_text() == b.recipient);
    std::string broken = text;
    broken.back() = broken.back() == 'Q' ? 'P' : 'Q';
    CHECK_THROWS_WITH(age::parse_identities(as_bytes(broken), "keys.txt"),
                      Contains("'keys.txt': line 4") && !Contains(to_text(b.text.view()).substr(20, 8)));
    CHECK_THROWS_WITH(age::parse_identities({}, "keys.txt"), Contains("no identities"));
    CHECK_THROWS_WITH(age::parse_identities(as_bytes("AGE-PLUGIN-YUBIKEY-1QQQ\n"), "k"), Contains("plugin"));
    CHECK_THROWS_WITH(age::parse_identities(as_bytes("AGE-SECRET-KEY-PQ-1QQQ\n"), "k"), Contains("ML-KEM"));
    CHECK_THROWS_WITH(age::parse_identities(ssh_fixture("ed25519_protected"), "id_ed25519"),
                      Contains("'id_ed25519'") && Contains("protected by a passphrase"));
    const Bytes encrypted = age::encrypt(as_bytes(text), one(age::scrypt_recipient(secret("x"), 5)), true);
    CHECK_THROWS_WITH(age::parse_identities(encrypted, "k"), Contains("passphrase"));
}

TEST_CASE("derived keys belong to the private key and the label, in either spelling of the key") {
    const auto ssh_identities = identities_of("ed25519");
    REQUIRE(ssh_identities.size() == 2);
    const SecretBytes key = ssh_identities[0]->derive_key("a");
    CHECK(key.size() == 32);
    CHECK(equal_constant_time(key.view(), ssh_identities[1]->derive_key("a").view()));
    CHECK_FALSE(equal_constant_time(key.view(), ssh_identities[0]->derive_key("b").view()));
    CHECK_FALSE(equal_constant_time(key.view(), identities_of("rsa2048").at(0)->derive_key("a").view()));
    CHECK(age::scrypt_identity([] { return secret("x"); })->derive_key("a").empty());
}

TEST_CASE("a file cut off anywhere never opens") {
    const auto identities = identities_of("ed25519");
    const bool armor = GENERATE(false, true);
    const Bytes file =
        age::encrypt(as_bytes("some text"), one(age::parse_recipient(to_text(ssh_fixture("ed25519.pub")))), armor);
    // An armored file may lose its final LF.
    for (std::size_t size = 0; size + (armor ? 1 : 0) < file.size(); ++size) {
        INFO(size);
        CHECK_THROWS_AS(age::decrypt(ByteView(file).first(size), identities, kLimit), Error);
    }
}

TEST_CASE("a file altered anywhere never opens") {
    const auto identities = identities_of("ed25519");
    Bytes file =
        age::encrypt(as_bytes("some text"), one(age::parse_recipient(to_text(ssh_fixture("ed25519.pub")))), false);
    for (std::size_t at = 0; at < file.size(); ++at) {
        for (const unsigned bit : {0x01U, 0x20U, 0x80U}) {
            file[at] = static_cast<Byte>(file[at] ^ bit);
            bool opened = false;
            try {
                opened = age::decrypt(file, identities, kLimit).has_value();
            } catch (const Error&) {
            }
            INFO(at);
            CHECK_FALSE(opened);
            file[at] = static_cast<Byte>(file[at] ^ bit);
        }
    }
}

TEST_CASE("chunks that are dropped, doubled or swapped never open, nor bytes that follow") {
    const auto identities = identities_of("ed25519");
    const Bytes file =
        age::encrypt(Bytes(3 * 65536, 1), one(age::parse_recipient(to_text(ssh_fixture("ed25519.pub")))), false);
    const std::size_t chunk = 65536 + 16;
    const std::size_t header = file.size() - 3 * chunk;
    const auto pieces = [&](std::initializer_list<std::size_t> numbers) {
        Bytes result(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(header));
        for (const std::size_t number : numbers) {
            const ByteView piece = ByteView(file).subspan(header + number * chunk, chunk);
            result.insert(result.end(), piece.begin(), piece.end());
        }
        return result;
    };
    CHECK(age::decrypt(pieces({0, 1, 2}), identities, kLimit));
    CHECK_THROWS_AS(age::decrypt(pieces({0, 1}), identities, kLimit), Error);
    CHECK_THROWS_AS(age::decrypt(pieces({0, 2}), identities, kLimit), Error);
    CHECK_THROWS_AS(age::decrypt(pieces({1, 0, 2}), identities, kLimit), Error);
    CHECK_THROWS_AS(age::decrypt(pieces({0, 1, 1, 2}), identities, kLimit), Error);
    CHECK_THROWS_AS(age::decrypt(pieces({0, 1, 2, 2}), identities, kLimit), Error);
    for (const std::size_t extra : {1U, 15U, 16U, 17U}) {
        Bytes longer = file;
        longer.resize(longer.size() + extra);
        CHECK_THROWS_AS(age::decrypt(longer, identities, kLimit), Error);
    }
}

TEST_CASE("headers, lines and lists of keys beyond their limits are refused before they cost memory") {
    const auto header_of = [](std::size_t stanzas) {
        std::string text = "age-encryption.org/v1\n";
        for (std::size_t count = 0; count < stanzas; ++count) {
            text += "-> a\n\n";
        }
        return text + "--- " + std::string(43, 'A') + "\n" + std::string(64, 'p');
    };
    CHECK_FALSE(age::decrypt(as_bytes(header_of(20'000)), {}, kLimit));
    CHECK_THROWS_WITH(age::decrypt(as_bytes(header_of(20'001)), {}, kLimit), Contains("limit"));
    std::string wide = "age-encryption.org/v1\n->";
    for (int count = 0; count < 40'000; ++count) {
        wide += " a";
    }
    CHECK_THROWS_WITH(age::decrypt(as_bytes(wide + "\n\n--- A\n"), {}, kLimit), Contains("limit"));
    CHECK_THROWS_WITH(age::parse_recipients_file(Bytes(2'000'000, '\n'), "people.txt"), Contains("larger than"));
    CHECK_THROWS_WITH(age::parse_identities(Bytes(2'000'000, '\n'), "keys.txt"), Contains("larger than"));
}
