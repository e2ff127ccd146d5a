#include "base/secret_bytes.hpp"

#include <algorithm>
#include <string>
#include <type_traits>

#include <catch2/catch.hpp>

using namespace bestow;

static_assert(!std::is_copy_constructible_v<SecretBytes>, "a secret is moved, never copied by accident");

TEST_CASE("a secret is zeroed at birth and keeps what is put into it", "[base]") {
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, std::size_t{32}, std::size_t{33}, std::size_t{20000}}) {
        SecretBytes secret(size);
        REQUIRE(secret.size() == size);
        for (Byte& byte : secret.writable()) {
            REQUIRE(byte == 0);
            byte = 0xAA;
        }
        const SecretBytes moved = std::move(secret);
        REQUIRE(moved.size() == size);
        REQUIRE(std::all_of(moved.view().begin(), moved.view().end(), [](Byte byte) { return byte == 0xAA; }));
    }
}

TEST_CASE("memory of a dead secret is wiped before the next one gets it", "[base]") {
    const Byte* address = nullptr;
    {
        const SecretBytes secret = SecretBytes::copy_of("correct horse battery staple");
        address = secret.view().data();
    }
    const SecretBytes next(28);
    REQUIRE(next.view().data() == address);
    REQUIRE(std::all_of(next.view().begin(), next.view().end(), [](Byte byte) { return byte == 0; }));
}

TEST_CASE("a builder joins pieces of any size", "[base]") {
    SecretBuilder builder;
    std::string expected;
    for (std::size_t size = 0; size < 300; size += 7) {
        const std::string piece(size, static_cast<char>('a' + size % 26));
        builder.append(piece);
        expected += piece;
    }
    REQUIRE(as_text(builder.finish().view()) == expected);
    REQUIRE(builder.size() == 0);
}

TEST_CASE("constant-time equality is equality", "[base]") {
    REQUIRE(equal_constant_time(as_bytes("abc"), as_bytes("abc")));
    REQUIRE_FALSE(equal_constant_time(as_bytes("abc"), as_bytes("abd")));
    REQUIRE_FALSE(equal_constant_time(as_bytes("abc"), as_bytes("ab")));
    REQUIRE(equal_constant_time({}, {}));
}
