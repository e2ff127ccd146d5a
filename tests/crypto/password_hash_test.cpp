#include "crypto/password_hash.hpp"

#include "base/error.hpp"

#include <catch2/catch.hpp>

using namespace bestow;
using crypto::hash_password;
using crypto::PasswordHash;

namespace {

std::string hash(PasswordHash method, std::string_view password, Byte salt) {
    return to_text(hash_password(method, as_bytes(password), Bytes(32, salt)).view());
}

}  // namespace

TEST_CASE("password hashes have their method's prefix and depend on password and salt alone") {
    const auto [method, prefix] = GENERATE(table<PasswordHash, std::string>(
        {{PasswordHash::Sha512Crypt, "$6$"}, {PasswordHash::Yescrypt, "$y$j9T$"}, {PasswordHash::Bcrypt, "$2b$10$"}}));
    const std::string first = hash(method, "correct horse", 1);
    CHECK(first.substr(0, prefix.size()) == prefix);
    CHECK(hash(method, "correct horse", 1) == first);
    CHECK(hash(method, "correct horse", 2) != first);
    CHECK(hash(method, "correct horsf", 1) != first);
}

TEST_CASE("password hashes agree with openssl passwd under the same salt") {
    // Salt bytes of zero are dots in crypt's alphabet: openssl passwd -6 -salt ................ 'correct horse'
    CHECK(hash(PasswordHash::Sha512Crypt, "correct horse", 0) ==
          "$6$................$ZAgkyzSmhdeVTewwDhFpTrbUsgBItVq1WAwbn5BgOg7hzvmS3kYZnjpL1wAdRUNLVD2u5T0UHmXrY6/F39TDH1");
}

TEST_CASE("password hashes refuse what the method cannot take") {
    CHECK_THROWS_AS(hash(PasswordHash::Sha512Crypt, std::string_view("a\0b", 3), 1), Error);
    CHECK_THROWS_AS(hash(PasswordHash::Bcrypt, std::string(73, 'a'), 1), Error);
    CHECK_NOTHROW(hash(PasswordHash::Bcrypt, std::string(72, 'a'), 1));
    CHECK_THROWS_AS(hash(PasswordHash::Yescrypt, std::string(512, 'a'), 1), Error);
    CHECK_NOTHROW(hash(PasswordHash::Sha512Crypt, "", 1));
}
