#pragma once
/// Foreign text made fit for a terminal: names of files, hosts, recipients and variables come from a store that others
/// write, and a terminal obeys what it is sent.

#include <string>
#include <string_view>

namespace bestow::cli {

/// Control characters (C0, DEL, C1), characters that turn the direction of writing, and bytes that are not UTF-8 become
/// \xNN or \uNNNN; everything else stays readable. For a field or a line: line breaks and tabs are escaped too.
std::string shown_line(std::string_view text);
/// The same for a message of several lines: line breaks and tabs stay.
std::string shown_text(std::string_view text);

}  // namespace bestow::cli
