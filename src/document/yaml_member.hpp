#pragma once
/// A new member of a YAML mapping, or item of a list, as text; what its path lacks on the way is made in it.

#include "document/key_path.hpp"

#include <string>
#include <string_view>

namespace bestow::document {

struct BlockLayout {
    std::size_t indent = 0;  ///< the column where the member begins
    std::size_t step = 2;    ///< how much further each mapping in it is indented
    std::string_view line_ending = "\n";
};

/// "key: value", or "- value", for path[depth] and what follows it; without the first line's indentation. Throws
/// Error(NotFound) for a list that would not begin with its first item.
std::string yaml_block_member(const KeyPath& path, std::size_t depth, std::string_view value,
                              const BlockLayout& layout);
std::string yaml_flow_member(const KeyPath& path, std::size_t depth, std::string_view value);

}  // namespace bestow::document
