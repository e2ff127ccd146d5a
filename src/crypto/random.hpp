#pragma once
/// Randomness from the kernel, through libsodium. Thread safe.

#include "base/secret_bytes.hpp"

namespace bestow::crypto {

void fill_random(ByteSpan bytes);
SecretBytes random_secret(std::size_t size_bytes);

}  // namespace bestow::crypto
