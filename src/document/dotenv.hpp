#pragma once
/// Dotenv documents as sops reads them, into the one document model: a mapping of strings and comments. A line is
/// KEY=VALUE, split at the first '='; or a comment, with '#' in its first column; or empty. Nothing is trimmed and
/// there are no quotes: "export A" is a key, and a CR before the line break belongs to the value. In a value, the two
/// characters "\n" are a line break; a backslash has no other meaning, so those two characters themselves cannot be
/// written. Stricter than sops: a key that is there twice and NUL bytes are Error(Format), with the line.

#include "base/secret_bytes.hpp"
#include "document/edit.hpp"
#include "document/node.hpp"

namespace bestow::document {

Document parse_dotenv(std::string text, const Limits& limits = {});

/// The value as it stands behind '='.
void append_dotenv_value(SecretBuilder& out, std::string_view value);
/// Throws Error(Format) for what no dotenv file can hold: a NUL byte, or a backslash followed by 'n'.
void check_dotenv_value(std::string_view value);

/// Throws Error(Usage) for a path that is not one key, or for a new key that no line should begin with.
void check_dotenv_path(const KeyPath& path);

/// The text with KEY=VALUE replaced, or appended: behind the last line, or before the member `rules.last_key`. The
/// value is given as it stands in the file.
std::string dotenv_with_value_at(const Document& document, const KeyPath& path, std::string_view value,
                                 const EditRules& rules = {});
/// The text without that line and the comments directly above it. Throws Error(NotFound).
std::string dotenv_without_value_at(const Document& document, const KeyPath& path);

}  // namespace bestow::document
