#pragma once
/// Base64 (RFC 4648, standard alphabet), strict: canonical spare bits, no white space, padding exactly as asked.
/// Whatever decodes to a secret goes straight into SecretBytes.

#include "base/secret_bytes.hpp"

#include <optional>
#include <string>

namespace bestow::codec {

enum class Padding { Required, Forbidden };

std::string encode_base64(ByteView bytes, Padding padding = Padding::Required);
/// Appends to a text.
void append_base64(std::string& text, ByteView bytes, Padding padding = Padding::Required);
SecretBytes encode_base64_secret(ByteView bytes, Padding padding = Padding::Required);
/// nullopt when the text is not canonical base64.
std::optional<Bytes> decode_base64(std::string_view text, Padding padding = Padding::Required);
/// Into memory of the caller's, for whoever does it a million times: the number of bytes written, or nullopt. Throws
/// Error(Internal) when `out` is too small.
std::optional<std::size_t> decode_base64_into(std::string_view text, ByteSpan out, Padding padding = Padding::Required);
std::optional<SecretBytes> decode_base64_secret(std::string_view text, Padding padding = Padding::Required);

}  // namespace bestow::codec
