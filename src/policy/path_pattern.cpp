#include "policy/path_pattern.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace bestow::policy {
namespace {

constexpr std::string_view kWildcards = "*?";

/// One segment against `*` and `?`, by backtracking to the last star only: linear for what people write.
bool matches_segment(std::string_view pattern, std::string_view text) {
    std::size_t at = 0;
    std::size_t star = std::string_view::npos;
    std::size_t resume = 0;
    for (std::size_t i = 0; i < text.size();) {
        if (at < pattern.size() && pattern[at] == '*') {
            star = at++;
            resume = i;
        } else if (at < pattern.size() && (pattern[at] == '?' || pattern[at] == text[i])) {
            ++at;
            ++i;
        } else if (star != std::string_view::npos) {
            at = star + 1;
            i = ++resume;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

/// reached[j]: the pattern's segments so far can end before the path's segment j.
std::vector<bool> advance(const std::vector<bool>& reached, std::string_view segment,
                          const std::vector<std::string_view>& path) {
    std::vector<bool> next(path.size() + 1, false);
    for (std::size_t i = 0; i <= path.size(); ++i) {
        if (segment == "**") {
            next[i] = reached[i] || (i > 0 && next[i - 1]);
        } else if (i < path.size() && reached[i] && matches_segment(segment, path[i])) {
            next[i + 1] = true;
        }
    }
    return next;
}

}  // namespace

bool matches_path(std::string_view pattern, std::string_view path) {
    const std::vector<std::string_view> segments = split(path, '/');
    std::vector<bool> reached(segments.size() + 1, false);
    reached[0] = true;
    for (const std::string_view segment : split(pattern, '/')) {
        reached = advance(reached, segment, segments);
    }
    return reached.back();
}

bool has_wildcard(std::string_view pattern) {
    return pattern.find_first_of(kWildcards) != std::string_view::npos;
}

Specificity specificity_of(std::string_view pattern) {
    Specificity result;
    result.exact = !has_wildcard(pattern);
    result.prefix = std::min(pattern.find_first_of(kWildcards), pattern.size());
    result.fixed = static_cast<std::size_t>(std::count_if(
        pattern.begin(), pattern.end(), [](char c) { return kWildcards.find(c) == std::string_view::npos; }));
    result.one_level = pattern.find("**") == std::string_view::npos;
    return result;
}

}  // namespace bestow::policy
