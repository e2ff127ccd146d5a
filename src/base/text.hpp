#pragma once
/// Small pure functions over text that several layers need: splitting, trimming, quoting for messages, and the nearest
/// valid word for "did you mean".

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bestow {

/// Pieces between separators; an empty text gives one empty piece.
std::vector<std::string_view> split(std::string_view text, char separator);

/// Without leading and trailing spaces, tabs, CR and LF.
std::string_view trim(std::string_view text);

std::string join(const std::vector<std::string>& pieces, std::string_view separator);

/// For messages: in single quotes, control and non-ASCII bytes escaped as \xNN, cut at 120 characters.
std::string quoted(std::string_view text);

/// For a part of a message that is one line: control bytes escaped as \xNN.
std::string on_one_line(std::string_view text);

/// The candidate with the smallest edit distance to `word`, if it is near enough to be a typing error.
std::optional<std::string> nearest_word(std::string_view word, const std::vector<std::string>& candidates);

/// "; did you mean 'x'?" or nothing.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace bestow
