#pragma once
/// UTF-8, strictly: no overlong forms, no surrogates, nothing above U+10FFFF.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bestow::document {

struct Character {
    std::uint32_t code = 0;
    std::size_t size_bytes = 0;
};

/// The first character; nullopt for an empty or malformed text.
std::optional<Character> decode_character(std::string_view text);
bool is_utf8(std::string_view text);
/// How many bytes below 0x80 the text begins with.
std::size_t ascii_prefix(std::string_view text);
void append_utf8(std::string& text, std::uint32_t code);

/// May stand unescaped on one line of YAML: no control character, line break, byte-order mark or surrogate.
bool is_printable(std::uint32_t code);

}  // namespace bestow::document
