#pragma once
/// Where a value is in a document: mapping keys and sequence indices, outermost first.

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

namespace bestow::document {

using PathElement = std::variant<std::string, std::size_t>;
using KeyPath = std::vector<PathElement>;

/// For messages: "a.b[0]"; keys with other characters are quoted; "." for the whole document.
std::string to_text(const KeyPath& path);

}  // namespace bestow::document
