#include "document/source_map.hpp"

#include "document/utf8.hpp"

#include <algorithm>

namespace bestow::document {
namespace {

constexpr std::size_t kBlockBytes = 256;

bool begins_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0U) != 0x80U;
}

std::size_t count_characters(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

bool is_ascii(std::string_view text) {
    return ascii_prefix(text) == text.size();
}

std::vector<std::uint32_t> line_begins(std::string_view text, std::size_t first_byte) {
    std::vector<std::uint32_t> begins = {static_cast<std::uint32_t>(first_byte)};
    const auto ends_with = [&begins](std::size_t byte) { begins.push_back(static_cast<std::uint32_t>(byte + 1)); };
    if (text.find('\r') == std::string_view::npos) {
        for (std::size_t at = text.find('\n', first_byte); at < text.size(); at = text.find('\n', at + 1)) {
            ends_with(at);
        }
        return begins;
    }
    for (std::size_t byte = first_byte; byte < text.size(); ++byte) {
        const bool lone_return = text[byte] == '\r' && (byte + 1 == text.size() || text[byte + 1] != '\n');
        if (text[byte] == '\n' || lone_return) {
            ends_with(byte);
        }
    }
    return begins;
}

}  // namespace

SourceMap::SourceMap(std::string_view text, std::size_t first_byte)
    : text_(text),
      first_byte_(first_byte),
      is_ascii_(is_ascii(text.substr(std::min(first_byte, text.size())))),
      lines_(line_begins(text, first_byte)) {
    std::size_t characters = 0;
    for (std::size_t byte = first_byte; byte <= text.size() && !is_ascii_; byte += kBlockBytes) {
        characters_.push_back(static_cast<std::uint32_t>(characters));
        characters += count_characters(text.substr(byte, kBlockBytes));
    }
}

std::size_t SourceMap::byte_of(std::size_t index) const {
    if (is_ascii_) {
        return std::min(first_byte_ + index, text_.size());
    }
    // The last block whose count is at most `index` holds the character, or it ends the text.
    const auto after = std::upper_bound(characters_.begin(), characters_.end(), index);
    const auto block = static_cast<std::size_t>(after - characters_.begin()) - 1;
    std::size_t characters = characters_[block];
    for (std::size_t byte = first_byte_ + block * kBlockBytes; byte < text_.size(); ++byte) {
        if (begins_character(text_[byte])) {
            if (characters == index) {
                return byte;
            }
            ++characters;
        }
    }
    return text_.size();
}

std::size_t SourceMap::characters_before(std::size_t byte) const {
    if (is_ascii_) {
        return byte - first_byte_;
    }
    const std::size_t block = (byte - first_byte_) / kBlockBytes;
    const std::size_t begin = first_byte_ + block * kBlockBytes;
    return characters_[block] + count_characters(text_.substr(begin, byte - begin));
}

std::size_t SourceMap::line_begin(std::size_t byte) const {
    const auto after = std::upper_bound(lines_.begin(), lines_.end(), byte);
    return after == lines_.begin() ? first_byte_ : *(after - 1);
}

Position SourceMap::position_of(std::size_t byte) const {
    byte = std::clamp(byte, first_byte_, text_.size());
    const auto after = std::upper_bound(lines_.begin(), lines_.end(), byte);
    const auto line = static_cast<std::size_t>(after - lines_.begin());
    return {line, characters_before(byte) - characters_before(lines_[line - 1]) + 1};
}

}  // namespace bestow::document
