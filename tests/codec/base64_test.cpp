#include "codec/base64.hpp"

#include <catch2/catch.hpp>

using namespace bestow;
using codec::Padding;

TEST_CASE("base64 encodes and decodes the examples of RFC 4648") {
    const auto [plain, padded, bare] =
        GENERATE(table<std::string, std::string, std::string>({{"", "", ""},
                                                               {"f", "Zg==", "Zg"},
                                                               {"fo", "Zm8=", "Zm8"},
                                                               {"foo", "Zm9v", "Zm9v"},
                                                               {"foob", "Zm9vYg==", "Zm9vYg"},
                                                               {"fooba", "Zm9vYmE=", "Zm9vYmE"},
                                                               {"foobar", "Zm9vYmFy", "Zm9vYmFy"}}));
    CHECK(codec::encode_base64(as_bytes(plain)) == padded);
    CHECK(codec::encode_base64(as_bytes(plain), Padding::Forbidden) == bare);
    CHECK(as_text(codec::encode_base64_secret(as_bytes(plain)).view()) == padded);
    CHECK(to_text(codec::decode_base64(padded).value()) == plain);
    CHECK(to_text(codec::decode_base64(bare, Padding::Forbidden).value()) == plain);
    CHECK(as_text(codec::decode_base64_secret(padded).value().view()) == plain);
}

TEST_CASE("base64 uses the standard alphabet, plus and slash") {
    const Bytes bytes = {0xfb, 0xff, 0xbf};
    CHECK(codec::encode_base64(bytes) == "+/+/");
    CHECK(codec::decode_base64("+/+/").value() == bytes);
    CHECK_FALSE(codec::decode_base64("-_-_"));
}

TEST_CASE("base64 refuses what is not canonical") {
    const std::string text = GENERATE("Zg=", "Zg", "Z===", "Zh==", "Zm9=", "Zg==\n", "Z g=", "Zm 9v", "=",
                                      "====", "Zg==Zg==", "Zm9v=", "Z", "Zm9vY", "Zm9v\x80mFy");
    INFO(text);
    CHECK_FALSE(codec::decode_base64(text));
    CHECK_FALSE(codec::decode_base64_secret(text));
}

TEST_CASE("unpadded base64 refuses padding and spare bits") {
    const std::string text = GENERATE("Zg==", "Zm8=", "Zh", "Zm9", "Z", "Zm9v\n");
    INFO(text);
    CHECK_FALSE(codec::decode_base64(text, Padding::Forbidden));
}

TEST_CASE("base64 brings every byte and every length back") {
    Bytes bytes;
    for (int value = 0; value < 600; ++value) {
        CHECK(codec::decode_base64(codec::encode_base64(bytes)).value() == bytes);
        CHECK(codec::decode_base64(codec::encode_base64(bytes, Padding::Forbidden), Padding::Forbidden).value() ==
              bytes);
        bytes.push_back(static_cast<Byte>(value * 7));
    }
}
