#include "sops/shamir.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "sops/encrypted_file.hpp"
#include "support/fixture.hpp"
#include "support/hex.hpp"

#include <catch2/catch.hpp>

using namespace bestow;
using namespace bestow::sops;
using Catch::Matchers::Contains;

namespace {

SecretBytes secret_of(const std::string& hex) {
    return SecretBytes::copy_of(test::from_hex(hex));
}

/// The combination of some of these shares, as hexadecimal.
std::string combined(const std::vector<SecretBytes>& shares, const std::vector<std::size_t>& chosen) {
    std::vector<SecretBytes> some;
    for (const std::size_t index : chosen) {
        some.push_back(shares.at(index).copy());
    }
    return to_hex(combine_shares(some).view());
}

}  // namespace

TEST_CASE("shares that sops made give the data key of its document, any two of three, in any order") {
    std::vector<SecretBytes> shares;
    const std::string lines = test::read_fixture_text("fixtures/key-groups/shares.hex");
    for (const std::string_view line : split(lines, '\n')) {
        if (!line.empty()) {
            shares.push_back(secret_of(std::string(line)));
        }
    }
    REQUIRE(shares.size() == 3);
    REQUIRE(shares[0].size() == 33);
    const std::string key = combined(shares, {0, 1});
    CHECK(combined(shares, {1, 0}) == key);
    CHECK(combined(shares, {0, 2}) == key);
    CHECK(combined(shares, {2, 1}) == key);
    CHECK(combined(shares, {2, 0, 1}) == key);
    const EncryptedFile file =
        EncryptedFile::parse(test::read_fixture_text("fixtures/key-groups/groups.yaml"), Format::Yaml);
    CHECK(to_text(file.decrypt_values(secret_of(key).view()).at(1).bytes.view()) == "two");
}

TEST_CASE("a polynomial known on paper gives its value at zero") {
    // 0x2A + 0x03 x modulo 0x11B: at 1 0x29, at 2 0x2C; and 0x80 + 0xFF x: at 1 0x7F, at 2 0x65.
    std::vector<SecretBytes> shares;
    shares.push_back(secret_of("297f01"));
    shares.push_back(secret_of("2c6502"));
    CHECK(to_hex(combine_shares(shares).view()) == "2a80");
}

TEST_CASE("any threshold of the shares give the secret back, one fewer does not") {
    const SecretBytes secret = secret_of("00ff01807f55aa0300ff01807f55aa0300ff01807f55aa0300ff01807f55aa03");
    for (const auto& [count, threshold] : {std::pair<std::size_t, std::size_t>{2, 2}, {3, 2}, {5, 3}, {7, 7}}) {
        const std::vector<SecretBytes> shares = split_secret(secret.view(), count, threshold);
        REQUIRE(shares.size() == count);
        for (std::size_t first = 0; first < count; ++first) {
            CHECK(shares[first].size() == 33);
            CHECK(shares[first].view().back() == first + 1);
            std::vector<std::size_t> chosen;
            for (std::size_t step = 0; step < threshold; ++step) {
                chosen.push_back((first + step) % count);
            }
            CHECK(combined(shares, chosen) == to_hex(secret.view()));
            if (threshold > 2) {
                chosen.pop_back();
                CHECK(combined(shares, chosen) != to_hex(secret.view()));
            }
        }
    }
}

TEST_CASE("255 shares of which all are needed are possible") {
    const SecretBytes secret = secret_of("c0ffee");
    const std::vector<SecretBytes> shares = split_secret(secret.view(), 255, 255);
    CHECK(to_hex(combine_shares(shares).view()) == "c0ffee");
}

TEST_CASE("splitting twice gives other shares: polynomials are random") {
    const SecretBytes secret(32);
    CHECK(to_hex(split_secret(secret.view(), 2, 2)[0].view()) != to_hex(split_secret(secret.view(), 2, 2)[0].view()));
}

TEST_CASE("impossible numbers of shares are refused") {
    const SecretBytes secret(32);
    for (const auto& [count, threshold] :
         {std::pair<std::size_t, std::size_t>{2, 1}, {1, 1}, {2, 3}, {256, 2}, {0, 0}}) {
        CHECK_THROWS_AS(split_secret(secret.view(), count, threshold), Error);
    }
    CHECK_THROWS_AS(split_secret({}, 2, 2), Error);
}

TEST_CASE("shares that cannot belong together are refused") {
    const auto refused = [](const std::vector<std::string>& texts) {
        std::vector<SecretBytes> shares;
        for (const std::string& text : texts) {
            shares.push_back(secret_of(text));
        }
        CHECK_THROWS_WITH(combine_shares(shares), Contains("share"));
    };
    refused({});
    refused({"0101"});
    refused({"0101", "0201"});
    refused({"0101", "0200"});
    refused({"0101", "020202"});
    refused({"01", "02"});
}
