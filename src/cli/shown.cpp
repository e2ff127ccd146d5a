#include "cli/shown.hpp"

#include "base/format.hpp"
#include "document/utf8.hpp"

namespace bestow::cli {
namespace {

bool turns_direction(std::uint32_t code) {
    return (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) || code == 0x200e || code == 0x200f;
}

std::string escape(std::string_view text, std::string_view kept) {
    std::string shown;
    while (!text.empty()) {
        const auto character = document::decode_character(text);
        if (!character) {
            shown += format("\\x{:02x}", static_cast<unsigned char>(text.front()));
            text.remove_prefix(1);
            continue;
        }
        const std::string_view bytes = text.substr(0, character->size_bytes);
        text.remove_prefix(bytes.size());
        const bool safe = document::is_printable(character->code) && !turns_direction(character->code);
        if (safe || kept.find(bytes) != std::string_view::npos) {
            shown += bytes;
        } else if (character->code < 0x80) {
            shown += format("\\x{:02x}", character->code);
        } else {
            shown += format("\\u{:04x}", character->code);
        }
    }
    return shown;
}

}  // namespace

std::string shown_line(std::string_view text) {
    return escape(text, {});
}

std::string shown_text(std::string_view text) {
    return escape(text, "\n\t");
}

}  // namespace bestow::cli
