#pragma once
/// The lines of identity and recipients files: '#' comments and empty lines skipped, LF or CRLF, bounded.

#include "base/bytes.hpp"

#include <functional>

namespace bestow::age {

/// Calls `take` for every line that says something. An Error from it gets "'NAME': line N" as context; lines are never
/// echoed. Throws Error(Format) for a file above 1 MiB or a line above 8 KiB.
void for_each_line(ByteView file, std::string_view name, const std::function<void(std::string_view)>& take);

}  // namespace bestow::age
