#pragma once
/// Views of bytes and of text, and the few conversions between them. Nothing here owns a secret.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bestow {

using Byte = std::uint8_t;
using Bytes = std::vector<Byte>;         ///< public bytes; secrets live in SecretBytes
using ByteView = std::span<const Byte>;  ///< borrowed; never outlives its owner
using ByteSpan = std::span<Byte>;

/// The bytes of a text, borrowed.
inline ByteView as_bytes(std::string_view text) {
    return {reinterpret_cast<const Byte*>(text.data()), text.size()};
}

/// Bytes seen as text, borrowed; no encoding is implied.
inline std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Never null, for C libraries that forbid it even where there is nothing to read.
inline const Byte* non_null_data(ByteView view) {
    static constexpr Byte nothing = 0;
    return view.empty() ? &nothing : view.data();
}

inline Bytes to_bytes(ByteView view) {
    return {view.begin(), view.end()};
}
inline std::string to_text(ByteView view) {
    return std::string(as_text(view));
}

/// Lowercase hexadecimal.
std::string to_hex(ByteView bytes);

}  // namespace bestow
