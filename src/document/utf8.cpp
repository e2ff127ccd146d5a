#include "document/utf8.hpp"

#include <cstring>

namespace bestow::document {

std::optional<Character> decode_character(std::string_view text) {
    if (text.empty()) {
        return std::nullopt;
    }
    const auto first = static_cast<unsigned char>(text[0]);
    if (first < 0x80) {
        return Character{first, 1};
    }
    const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < size) {
        return std::nullopt;
    }
    std::uint32_t code = first & (0xffU >> (size + 1));
    for (std::size_t index = 1; index < size; ++index) {
        const auto byte = static_cast<unsigned char>(text[index]);
        if ((byte & 0xc0U) != 0x80U) {
            return std::nullopt;
        }
        code = (code << 6U) | (byte & 0x3fU);
    }
    const bool overlong = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
    if (overlong || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
        return std::nullopt;
    }
    return Character{code, size};
}

std::size_t ascii_prefix(std::string_view text) {
    constexpr std::uint64_t high_bits = 0x8080808080808080U;
    std::size_t size = 0;
    for (std::uint64_t word = 0; size + sizeof word <= text.size(); size += sizeof word) {
        std::memcpy(&word, text.data() + size, sizeof word);
        if ((word & high_bits) != 0) {
            break;
        }
    }
    while (size < text.size() && static_cast<unsigned char>(text[size]) < 0x80) {
        ++size;
    }
    return size;
}

bool is_utf8(std::string_view text) {
    for (text.remove_prefix(ascii_prefix(text)); !text.empty(); text.remove_prefix(ascii_prefix(text))) {
        const std::optional<Character> character = decode_character(text);
        if (!character) {
            return false;
        }
        text.remove_prefix(character->size_bytes);
    }
    return true;
}

void append_utf8(std::string& text, std::uint32_t code) {
    const auto put = [&text](std::uint32_t byte) { text += static_cast<char>(byte); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xc0U | (code >> 6U));
        put(0x80U | (code & 0x3fU));
    } else if (code < 0x10000) {
        put(0xe0U | (code >> 12U));
        put(0x80U | ((code >> 6U) & 0x3fU));
        put(0x80U | (code & 0x3fU));
    } else {
        put(0xf0U | (code >> 18U));
        put(0x80U | ((code >> 12U) & 0x3fU));
        put(0x80U | ((code >> 6U) & 0x3fU));
        put(0x80U | (code & 0x3fU));
    }
}

bool is_printable(std::uint32_t code) {
    if (code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029 || code == 0xfeff) {
        return false;
    }
    return code != 0xfffe && code != 0xffff && !(code >= 0xd800 && code <= 0xdfff);
}

}  // namespace bestow::document
