#include "codec/bech32.hpp"

#include <catch2/catch.hpp>

using namespace bestow;

TEST_CASE("bech32 accepts the valid strings of BIP 173 that hold whole bytes") {
    CHECK(codec::decode_bech32("A12UEL5L").value().bytes.empty());
    CHECK(codec::decode_bech32("a12uel5l").value().human_part == "a");
    CHECK(codec::decode_bech32("A12UEL5L").value().human_part == "A");
    const auto long_part = codec::decode_bech32(
        "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs");
    REQUIRE(long_part);
    CHECK(long_part->human_part ==
          "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio");
    const auto counting = codec::decode_bech32("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw");
    REQUIRE(counting);
    CHECK(to_hex(counting->bytes.view()) == "00443214c74254b635cf84653a56d7c675be77df");
}

TEST_CASE("bech32 refuses what BIP 173 calls invalid") {
    const std::string text = GENERATE(
        "\x20"
        "1nwldj5",
        "\x7f"
        "1axkwrx",
        "pzry9x0s0muk", "1pzry9x0s0muk", "x1b4n0q5v", "li1dgmt3", "A1G7SGD8", "10a06t8", "1qzzfhee", "", "1",
        "A12uEL5L", "a12uel5m");
    INFO(text);
    CHECK_FALSE(codec::decode_bech32(text));
}

TEST_CASE("bech32 refuses padding that is too long or not zero") {
    // Made with BIP 173's reference code from the digits [0, 1], [0] and [0, 0, 0]; then [0, 4], which is one byte.
    CHECK_FALSE(codec::decode_bech32("a1qpamnt9j"));
    CHECK_FALSE(codec::decode_bech32("a1q3g6mn3"));
    CHECK_FALSE(codec::decode_bech32("a1qqqd87cpp"));
    CHECK(codec::decode_bech32("a1qy089ch6").value().bytes.view()[0] == 1);
}

TEST_CASE("bech32 writes what age writes, without a length limit") {
    const Bytes zero(32, 0);
    const std::string recipient = codec::encode_bech32("age", zero);
    CHECK(recipient.substr(0, 5) == "age1q");
    CHECK(recipient.size() == 62);
    CHECK(codec::decode_bech32(recipient).value().bytes.size() == 32);
    const Bytes hybrid(1216, 0xa5);
    CHECK(to_bytes(codec::decode_bech32(codec::encode_bech32("age1pq", hybrid)).value().bytes.view()) == hybrid);
    CHECK(as_text(codec::encode_bech32_secret("age", zero).view()) == recipient);
}

TEST_CASE("bech32 notices every altered character") {
    std::string text = codec::encode_bech32("age", Bytes(32, 0x5a));
    for (char& character : text) {
        const char before = character;
        character = before == 'q' ? 'p' : 'q';
        CHECK_FALSE(codec::decode_bech32(text));
        character = before;
    }
}
