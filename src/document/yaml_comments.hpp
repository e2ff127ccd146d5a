#pragma once
/// Comments of a YAML text: libyaml drops them, so they are found in the gaps between scalars and put into the mapping
/// or sequence that they belong to.

#include "document/source_map.hpp"

namespace bestow::document {

/// Every comment outside `solid` (the spans of scalars and aliases, in order).
std::vector<Comment> find_yaml_comments(std::string_view text, const std::vector<Span>& solid, const SourceMap& map);

/// Moves the comments into the trees: each into the mapping or sequence that yaml.v3 gives it to, since that decides
/// what SOPS binds an encrypted comment to. `begins` is where each document begins. Comments around a root that is a
/// scalar are dropped.
void place_comments(std::vector<Node>& roots, const std::vector<std::size_t>& begins, std::vector<Comment> comments,
                    std::string_view text, const SourceMap& map);

}  // namespace bestow::document
