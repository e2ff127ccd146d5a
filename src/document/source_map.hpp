#pragma once
/// Where characters and lines of a UTF-8 text are in bytes: libyaml's marks count characters, editors want lines.
/// One count a 256 bytes, so that it costs little and every answer is quick on lines of any length.

#include "document/node.hpp"

#include <cstdint>

namespace bestow::document {

class SourceMap {
  public:
    /// `text` outlives the map. `first_byte` is where character 0 is (behind a byte-order mark).
    SourceMap(std::string_view text, std::size_t first_byte);

    /// The byte at which character number `index` begins; the text's end for anything past it.
    [[nodiscard]] std::size_t byte_of(std::size_t index) const;
    /// Line and column, from 1, of a byte. Lines end with LF, CRLF or a lone CR.
    [[nodiscard]] Position position_of(std::size_t byte) const;
    /// The byte at which the line of `byte` begins.
    [[nodiscard]] std::size_t line_begin(std::size_t byte) const;

  private:
    [[nodiscard]] std::size_t characters_before(std::size_t byte) const;

    std::string_view text_;
    std::size_t first_byte_;
    bool is_ascii_;                          ///< then characters are bytes, and nothing is counted
    std::vector<std::uint32_t> characters_;  ///< at [k]: characters that begin before byte first_byte_ + 256 k
    std::vector<std::uint32_t> lines_;       ///< where each line begins
};

}  // namespace bestow::document
