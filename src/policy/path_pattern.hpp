#pragma once
/// Patterns over paths of the store, for `access:` and `include:`: `*` and `?` stay within one segment, a segment `**`
/// is any number of segments. Pure text, no files.

#include <compare>
#include <string_view>

namespace bestow::policy {

bool matches_path(std::string_view pattern, std::string_view path);

bool has_wildcard(std::string_view pattern);

/// How narrowly a pattern names files; the greater one wins. No wildcard beats any; then the longer text before the
/// first wildcard; then more fixed characters; then `*` before `**`.
struct Specificity {
    bool exact = false;
    std::size_t prefix = 0;
    std::size_t fixed = 0;
    bool one_level = false;
    auto operator<=>(const Specificity&) const = default;
};
Specificity specificity_of(std::string_view pattern);

}  // namespace bestow::policy
