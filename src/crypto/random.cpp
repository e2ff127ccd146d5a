#include "crypto/random.hpp"

#include <sodium.h>

namespace bestow::crypto {

void fill_random(ByteSpan bytes) {
    randombytes_buf(bytes.data(), bytes.size());
}

SecretBytes random_secret(std::size_t size_bytes) {
    SecretBytes bytes(size_bytes);
    fill_random(bytes.writable());
    return bytes;
}

}  // namespace bestow::crypto
