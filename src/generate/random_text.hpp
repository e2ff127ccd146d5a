#pragma once
/// Values that are nothing but chance: every one equally likely. Random bytes come from a source that the caller gives.

#include "base/secret_bytes.hpp"

#include <functional>
#include <string_view>

namespace bestow::generate {

/// Fills memory with random bytes: crypto::fill_random, or a test's.
using RandomSource = std::function<void(ByteSpan)>;

/// A number below `count`, each equally likely: bytes that would favour the first ones are thrown away. Precondition:
/// 1 <= count <= 65,536.
std::size_t random_below(const RandomSource& random, std::size_t count);

/// Precondition: an alphabet of 1 to 256 characters.
SecretBytes random_text(const RandomSource& random, std::string_view alphabet, std::size_t length);
SecretBytes random_passphrase(const RandomSource& random, std::size_t words, std::string_view separator);
SecretBytes random_hex(const RandomSource& random, std::size_t size_bytes);
SecretBytes random_base64(const RandomSource& random, std::size_t size_bytes);
/// RFC 9562, version 4.
SecretBytes random_uuid(const RandomSource& random);

}  // namespace bestow::generate
