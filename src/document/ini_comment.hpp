#pragma once
/// A comment of an INI document: one block of lines, as one text. Sops strips the marks from the first line and the
/// indentation from all, and drops empty lines; it fails on a text with an empty line in it. Here the text also says
/// what the lines looked like: one that begins with white space has its own indentation, and a space more.

#include <string>
#include <string_view>

namespace bestow::document {

/// How many bytes of marks ("; ", "##") a comment begins with; its text begins behind them.
std::size_t ini_comment_marks(std::string_view source);

/// `source` from its first mark to the end of its last line; `indentation` is what stands before the first mark.
std::string ini_comment_text(std::string_view source, std::string_view indentation);

/// The way back, without the marks of the first line. Every line becomes a comment or an empty line, whatever the text.
std::string ini_comment_source(std::string_view text, std::string_view indentation);

}  // namespace bestow::document
