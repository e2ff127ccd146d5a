#pragma once
/// Comments in a YAML document at rest, found without a key.

#include "document/key_path.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace bestow::operations {

/// The lines of the comments in the map or list at `key`, at any depth, those included that sops wrote as items of a
/// list. Nothing for a scalar and for what is not there. Throws Error(Format).
std::vector<std::size_t> comment_lines_at(const std::string& yaml, const document::KeyPath& key);

}  // namespace bestow::operations
