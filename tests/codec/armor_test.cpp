#include "codec/armor.hpp"

#include "base/error.hpp"

#include <catch2/catch.hpp>

using namespace bestow;

namespace {

/// Written in pieces of that size.
std::string armored(ByteView bytes, std::size_t piece) {
    MemorySink sink;
    codec::ArmorWriter writer(sink);
    while (!bytes.empty()) {
        writer.write(bytes.first(std::min(piece, bytes.size())));
        bytes = bytes.subspan(std::min(piece, bytes.size()));
    }
    writer.finish();
    return to_text(sink.take());
}

Bytes unarmored(std::string_view text) {
    MemorySource memory(as_bytes(text));
    BufferedSource source(memory, 2048);
    codec::ArmorReader reader(source);
    Bytes bytes(text.size() + 1);
    bytes.resize(reader.read_full(bytes));
    return bytes;
}

const std::string kBegin = std::string(codec::kArmorBegin) + "\n";
const std::string kEnd = std::string(codec::kArmorEnd) + "\n";

}  // namespace

TEST_CASE("armor has 64 columns, no blank line, and the same text however it is written") {
    CHECK(armored(as_bytes("hello"), 5) == kBegin + "aGVsbG8=\n" + kEnd);
    CHECK(armored(Bytes(48, 0), 48) == kBegin + std::string(64, 'A') + "\n" + kEnd);
    CHECK(armored({}, 1) == kBegin + kEnd);
    for (const std::size_t size : {1U, 47U, 48U, 49U, 95U, 96U, 1000U}) {
        Bytes bytes(size);
        for (std::size_t at = 0; at < size; ++at) {
            bytes[at] = static_cast<Byte>(at * 31);
        }
        const std::string whole = armored(bytes, size);
        for (const std::size_t piece : {1U, 7U, 47U, 48U, 49U, 100U}) {
            CHECK(armored(bytes, piece) == whole);
        }
        CHECK(unarmored(whole) == bytes);
    }
}

TEST_CASE("armor may be surrounded by white space and have CRLF") {
    CHECK(to_text(unarmored(" \n\t\r\n" + kBegin + "aGVsbG8=\n" + kEnd + "\n \n")) == "hello");
    CHECK(to_text(unarmored("-----BEGIN AGE ENCRYPTED FILE-----\r\naGVsbG8=\r\n-----END AGE ENCRYPTED FILE-----")) ==
          "hello");
}

TEST_CASE("armor that is not strict is refused") {
    const std::string text = GENERATE_COPY(
        std::string(), kBegin, kBegin + "aGVsbG8=\n", kBegin + "aGVsbG8\n" + kEnd, kBegin + "aGVsbG9=\n" + kEnd,
        kBegin + "\naGVsbG8=\n" + kEnd, kBegin + "aGVsbG8=\n\n" + kEnd, kBegin + " aGVsbG8=\n" + kEnd,
        kBegin + "aGVsbG8= \n" + kEnd, kBegin + "aGVsbG8=\naGVsbG8=\n" + kEnd,
        kBegin + std::string(68, 'A') + "\n" + kEnd, kBegin + "aGVsbG8=\n" + kEnd + "x",
        "x\n" + kBegin + "aGVsbG8=\n" + kEnd, kBegin + "Key: value\n\naGVsbG8=\n" + kEnd,
        std::string(1025, '\n') + kBegin + "aGVsbG8=\n" + kEnd, kBegin + "aGVsbG8=\n" + kEnd + std::string(1024, '\n'),
        kBegin + "aGVsbG8=\n-----END AGE FILE-----\n", kBegin + std::string(5000, 'A') + "\n" + kEnd);
    INFO(text.substr(0, 120));
    CHECK_THROWS_AS(unarmored(text), Error);
}

TEST_CASE("whether armor comes is seen without taking anything") {
    const auto looks = [](std::string_view text) {
        MemorySource memory(as_bytes(text));
        BufferedSource source(memory, 4096);
        const bool armor = codec::starts_with_armor(source);
        Bytes rest(text.size() + 1);
        rest.resize(source.read_full(rest));
        CHECK(as_text(rest) == text);
        return armor;
    };
    CHECK(looks(kBegin));
    CHECK(looks(" \r\n\t" + kBegin));
    CHECK(looks(std::string(1000, '\n') + kBegin));
    CHECK_FALSE(looks(""));
    CHECK_FALSE(looks("age-encryption.org/v1\n"));
    CHECK_FALSE(looks("-----BEGIN AGE ENCRYPTED"));
    CHECK_FALSE(looks("   -----BEGIN AGE ENCRYPTED"));
    CHECK_FALSE(looks(std::string(5000, ' ')));
    CHECK_FALSE(looks("x" + kBegin));
}
