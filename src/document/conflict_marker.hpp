#pragma once
/// What git leaves in a file whose merge needs a person.

#include <string_view>

namespace bestow::document {

/// For a text that does not parse: throws Error(Format), naming the line, when lines of it are git's conflict markers.
void refuse_conflict_markers(std::string_view text);

}  // namespace bestow::document
