#pragma once
/// A key path as a person types it after `-f FILE`: the inverse of document::to_text, and what `sops --extract` takes.
///
///   a.b[0]      mappings by dots, sequences by index from 0
///   'a.b'.c     a key with dots, brackets, quotes or spaces in it stands in '...' or "..."
///   ["a"]["b"]  the same in sops's words
///   .           the whole document

#include "document/key_path.hpp"

#include <string_view>

namespace bestow::operations {

/// Throws Error(Usage) with the column: an unclosed quote or bracket, an empty key, an index that is no number.
document::KeyPath parse_key_argument(std::string_view text);

/// A key path for `key:` in bestow.yaml, as a person types it: a list as it stands there ([users, 2]), the syntax
/// above, or a/b, as a text means there. Throws Error(Usage), also for a text that could mean two of these.
document::KeyPath parse_declared_key(std::string_view text);

}  // namespace bestow::operations
