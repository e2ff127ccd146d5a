#include "document/white_space.hpp"

#include "document/utf8.hpp"

namespace bestow::document {
namespace {

bool is_space(std::uint32_t code) {
    return (code >= 0x09 && code <= 0x0d) || code == 0x20 || code == 0x85 || code == 0xa0 || code == 0x1680 ||
           (code >= 0x2000 && code <= 0x200a) || code == 0x2028 || code == 0x2029 || code == 0x202f || code == 0x205f ||
           code == 0x3000;
}

/// The size of a white-space character that begins there, or 0.
std::size_t space_at(std::string_view text) {
    const std::optional<Character> character = decode_character(text);
    return character && is_space(character->code) ? character->size_bytes : 0;
}

}  // namespace

std::size_t leading_space(std::string_view text) {
    std::size_t size = 0;
    while (const std::size_t more = space_at(text.substr(size))) {
        size += more;
    }
    return size;
}

std::size_t trailing_space(std::string_view text) {
    std::size_t end = text.size();
    for (bool found = true; found;) {
        found = false;
        for (std::size_t size = 1; size <= 3 && size <= end && !found; ++size) {
            found = space_at(text.substr(end - size, size)) == size;
            end -= found ? size : 0;
        }
    }
    return text.size() - end;
}

std::string_view trim_space(std::string_view text) {
    text.remove_suffix(trailing_space(text));
    text.remove_prefix(leading_space(text));
    return text;
}

}  // namespace bestow::document
