#pragma once
/// INI documents as sops reads them (go-ini with repeated sections), into the one document model: the root is a mapping
/// of sections, each a mapping of strings and comments; what stands above the first header is in the section "DEFAULT".
///
/// Keys and values are split at the first '=' or ':'. A value may stand in 'single', "double", `back` or """triple"""
/// quotes, the last two over several lines; one that ends with a backslash goes on in the next line, trimmed; one
/// without quotes ends before a '#' or ';' with white space before it, where a comment begins. Comments belong to the
/// header or key below them and follow it in the tree, a header's before its keys; what is below the last key belongs
/// to the root.
///
/// Where sops would lose or misread data, this reader throws Error(Format) with the line: a key that is there twice;
/// '#' or ';' inside of a word or of 'single' or "double" quotes; text behind a closing quote or a header; keys that
/// sops writes as something else ("-", or with '#', ';' or '[' in front); a continuation that swallows a header or
/// comment, or has nothing to swallow; NUL bytes. Nothing of a text is dropped: comments that sops would forget are
/// kept.

#include "base/secret_bytes.hpp"
#include "document/edit.hpp"
#include "document/node.hpp"

#include <optional>

namespace bestow::document {

inline constexpr std::string_view kIniDefaultSection = "DEFAULT";

Document parse_ini(std::string text, const Limits& limits = {});

/// The quotes around a value that parse_ini gave: a part of the text, empty for a value without.
std::string_view ini_quotes(std::string_view text, const Node& value);

/// What a comment's line is indented by; nullopt for a comment behind something else.
std::optional<std::string_view> ini_comment_indentation(std::string_view text, Span comment);

/// The quotes that a value needs by itself, as go-ini chooses them; nullopt when none can hold it.
std::optional<std::string_view> ini_own_quotes(std::string_view value);

/// The value as it stands behind '=', in `quotes` if they can hold it, else in whatever else can. Throws Error(Format)
/// when nothing can.
void append_ini_value(SecretBuilder& out, std::string_view value, std::string_view quotes = {});

/// A key as it stands before '=', in quotes where it needs them.
std::string ini_key_source(const std::string& key);

/// Throws Error(Usage) for a path that is not a section and a key, or for new names that sops could not read back.
void check_ini_path(const KeyPath& path);

/// The text with the value at section and key replaced; or appended to its section; or in a new section, behind all or
/// before the section `rules.last_key`. The value is given as it stands in the file. Throws Error(Policy) where a
/// repeated section leaves the place open.
std::string ini_with_value_at(const Document& document, const KeyPath& path, std::string_view value,
                              const EditRules& rules = {});
/// The text without a key, or a whole section, and the comments directly above. Throws Error(NotFound), or
/// Error(Policy) as above.
std::string ini_without_value_at(const Document& document, const KeyPath& path);

}  // namespace bestow::document
