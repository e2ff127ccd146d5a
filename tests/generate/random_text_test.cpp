#include "generate/random_text.hpp"

#include "base/error.hpp"
#include "codec/base64.hpp"
#include "generate/words.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <set>

#include <catch2/catch.hpp>

using namespace bestow;
using namespace bestow::generate;

namespace {

/// Gives these bytes, in order.
RandomSource given(std::deque<Byte> bytes) {
    return [bytes = std::move(bytes)](ByteSpan out) mutable {
        for (Byte& byte : out) {
            REQUIRE_FALSE(bytes.empty());
            byte = bytes.front();
            bytes.pop_front();
        }
    };
}

RandomSource seeded(unsigned seed) {
    return [engine = std::mt19937(seed)](ByteSpan out) mutable {
        for (Byte& byte : out) {
            byte = static_cast<Byte>(engine());
        }
    };
}

std::string text_of(const SecretBytes& bytes) {
    return std::string(as_text(bytes.view()));
}

}  // namespace

TEST_CASE("numbers that would favour the first choices are thrown away") {
    // 65,536 = 3 * 21,845 + 1: the last value alone is unfair.
    CHECK(random_below(given({0xff, 0xff, 0x00, 0x05}), 3) == 2);
    CHECK(random_below(given({0xff, 0xfe}), 3) == 65'534 % 3);
    // 65,536 = 60,000 + 5,536: whatever is 60,000 or more.
    CHECK(random_below(given({0xea, 0x60, 0xea, 0x5f}), 60'000) == 59'999);
    CHECK(random_below(given({0xff, 0xff}), 65'536) == 65'535);
    CHECK(random_below(given({0x12, 0x34}), 1) == 0);
    CHECK_THROWS_AS(random_below(given({}), 0), Error);
    CHECK_THROWS_AS(random_below(given({}), 65'537), Error);
}

TEST_CASE("every character of an alphabet is equally likely") {
    const std::string alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    const std::string text = text_of(random_text(seeded(7), alphabet, 62'000));
    std::map<char, int> counts;
    for (const char c : text) {
        ++counts[c];
    }
    REQUIRE(counts.size() == alphabet.size());
    double chi_squared = 0;
    for (const auto& [character, count] : counts) {
        chi_squared += (count - 1000.0) * (count - 1000.0) / 1000.0;
    }
    CHECK(chi_squared < 110);  // 61 degrees of freedom: 99.99 % of fair sources lie below
}

TEST_CASE("known bytes make known values") {
    CHECK(text_of(random_hex(given({0x00, 0xff, 0x1a}), 3)) == "00ff1a");
    CHECK(text_of(random_base64(given({'f', 'o', 'o', 'b'}), 4)) == "Zm9vYg==");
    CHECK(text_of(random_uuid(given(std::deque<Byte>(16, 0)))) == "00000000-0000-4000-8000-000000000000");
    CHECK(text_of(random_uuid(given(std::deque<Byte>(16, 0xff)))) == "ffffffff-ffff-4fff-bfff-ffffffffffff");
    CHECK(text_of(random_text(given({0, 0, 0, 1, 0, 2}), "ab", 3)) == "aba");
    const std::string expected = std::string(word_list()[0]) + "--" + std::string(word_list()[2047]);
    CHECK(text_of(random_passphrase(given({0, 0, 0x07, 0xff}), 2, "--")) == expected);
    CHECK(text_of(random_passphrase(given({}), 0, "-")).empty());
}

TEST_CASE("words are short, sorted, plain, and none begins another") {
    const auto& words = word_list();
    CHECK(std::is_sorted(words.begin(), words.end()));
    for (std::size_t index = 0; index < words.size(); ++index) {
        const std::string_view word = words[index];
        CHECK((word.size() >= 3 && word.size() <= 7));
        CHECK(std::all_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; }));
        // Sorted: what begins another stands right before one that it begins.
        CHECK((index + 1 == words.size() || !words[index + 1].starts_with(word)));
    }
    CHECK(std::set<std::string_view>(words.begin(), words.end()).size() == kWords);
}
