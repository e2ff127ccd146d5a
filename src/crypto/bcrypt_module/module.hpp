#pragma once
/// What bestow and its module bestow-bcrypt-pbkdf.so agree upon: one function of C, found by name.

#include <cstddef>

extern "C" {

struct BestowBcryptPbkdf {
    const unsigned char* passphrase;
    std::size_t passphrase_bytes;
    const unsigned char* salt;
    std::size_t salt_bytes;
    unsigned rounds;
    unsigned char* out;
    std::size_t out_bytes;
};

/// 0 when `out` was filled.
int bestow_bcrypt_pbkdf_v1(const BestowBcryptPbkdf* request);
}

namespace bestow::crypto {

inline constexpr const char* kBcryptModuleFile = "bestow-bcrypt-pbkdf.so";
inline constexpr const char* kBcryptFunction = "bestow_bcrypt_pbkdf_v1";
using BcryptFunction = decltype(&bestow_bcrypt_pbkdf_v1);

}  // namespace bestow::crypto
