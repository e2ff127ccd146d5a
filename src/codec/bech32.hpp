#pragma once
/// Bech32 (BIP 173 checksum, no length limit), as age writes recipients and identities.

#include "base/secret_bytes.hpp"

#include <optional>
#include <string>

namespace bestow::codec {

/// Lowercase "hrp1...".
std::string encode_bech32(std::string_view human_part, ByteView bytes);
SecretBytes encode_bech32_secret(std::string_view human_part, ByteView bytes);

struct Bech32 {
    std::string human_part;  ///< as written: all upper or all lower case
    SecretBytes bytes;
};
/// nullopt for mixed case, a bad checksum, a bad character or non-zero padding.
std::optional<Bech32> decode_bech32(std::string_view text);

}  // namespace bestow::codec
