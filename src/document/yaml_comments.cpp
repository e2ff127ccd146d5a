#include "document/yaml_comments.hpp"

#include <algorithm>

namespace bestow::document {
namespace {

bool starts_comment(std::string_view text, std::size_t at, std::size_t gap_begin) {
    // Behind white space, or right behind a token: inside a tag, "#" is a character like any other.
    return at == gap_begin || std::string_view(" \t\r\n,[]{}:").find(text[at - 1]) != std::string_view::npos;
}

void find_in_gap(std::string_view text, Span gap, const SourceMap& map, std::vector<Comment>& found) {
    for (std::size_t at = gap.begin; at < gap.end; ++at) {
        if (text[at] != '#' || !starts_comment(text, at, gap.begin)) {
            continue;
        }
        const std::size_t end = std::min(text.find_first_of("\r\n", at), text.size());
        const std::size_t line = map.line_begin(at);
        const std::string_view before = text.substr(line, at - line);
        const bool alone = before.find_first_not_of(" \t") == std::string_view::npos;
        found.push_back({std::string(text.substr(at + 1, end - at - 1)), {at, end}, map.position_of(at), !alone});
        at = end;
    }
}

}  // namespace

std::vector<Comment> find_yaml_comments(std::string_view text, const std::vector<Span>& solid, const SourceMap& map) {
    std::vector<Comment> found;
    std::size_t begin = 0;
    for (const Span& span : solid) {
        find_in_gap(text, {begin, span.begin}, map, found);
        begin = std::max<std::size_t>(begin, span.end);
    }
    find_in_gap(text, {begin, text.size()}, map, found);
    return found;
}

}  // namespace bestow::document
