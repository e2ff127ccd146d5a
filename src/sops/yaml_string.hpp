#pragma once
/// A string as yaml.v3 writes it, which is what sops prints: in which style, and its text on one line.

#include "base/secret_bytes.hpp"

#include <string_view>

namespace bestow::sops {

enum class StringStyle { Plain, SingleQuoted, DoubleQuoted, Literal };

/// The style that yaml.v3 picks for a value in a block collection. Precondition: UTF-8.
StringStyle string_style(std::string_view text);

/// Also of the kinds that YAML knows beside LF: such a text is no simple key.
bool has_line_break(std::string_view text);

/// Precondition: not Literal. In `Plain` the text goes out as it is.
void append_string(SecretBuilder& out, std::string_view text, StringStyle style);

/// "|-" and the like, without the digit that a text with leading white space needs.
std::string_view literal_header(std::string_view text);

}  // namespace bestow::sops
