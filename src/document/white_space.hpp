#pragma once
/// What the INI reader of sops takes for white space: Unicode's, in UTF-8. Bytes that are not UTF-8 are none.

#include <cstddef>
#include <string_view>

namespace bestow::document {

/// How many bytes of white space the text begins with.
std::size_t leading_space(std::string_view text);
/// How many bytes of white space the text ends with.
std::size_t trailing_space(std::string_view text);
std::string_view trim_space(std::string_view text);

}  // namespace bestow::document
