#pragma once
/// The words of a command line as a shell splits them, with nothing else that a shell does: no variables, no patterns.

#include <string>
#include <string_view>
#include <vector>

namespace bestow::operations {

/// Blanks separate; '...' and "..." hold together; a backslash takes the next character as it is, in "..." too; a word
/// that starts with # and all behind it on the line is a comment. Throws Error(Usage) for a quote that is not closed.
std::vector<std::string> split_shell_words(std::string_view text);

/// A word as a shell takes it: in '...' unless it is plain.
std::string quote_shell_word(std::string_view text);

}  // namespace bestow::operations
