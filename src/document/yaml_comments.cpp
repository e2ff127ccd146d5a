#include "document/yaml_comments.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

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

using Comments = std::vector<Comment>;

class Placer {
  public:
    explicit Placer(Comments comments) : comments_(std::move(comments)) {}

    void place_roots(std::vector<Node>& roots, const std::vector<std::size_t>& begins) {
        for (std::size_t index = 0; index < roots.size(); ++index) {
            const std::size_t end = index + 1 < roots.size() ? begins[index + 1] : std::string_view::npos;
            if (!roots[index].is_scalar()) {
                place(roots[index], end);
            }
            skip_until(end);
        }
    }

  private:
    [[nodiscard]] bool has_before(std::size_t byte) const {
        return next_ < comments_.size() && comments_[next_].span.begin < byte;
    }
    void skip_until(std::size_t byte) {
        while (has_before(byte)) {
            ++next_;
        }
    }

    /// Takes every comment before `end` into `node` or below it.
    void place(Node& node, std::size_t end) {
        std::vector<Child> old = std::exchange(node.children, {});
        node.children.reserve(old.size());
        for (std::size_t index = 0; index < old.size(); ++index) {
            Child& child = old[index];
            auto& value = std::get<Node>(child.what);
            const bool keyed = node.kind == Kind::Mapping;
            const std::size_t begin = keyed ? child.key_span.begin : value.span.begin;
            take_own(node, begin);
            if (keyed) {
                take_behind_key(node, value, child.key_at.line);
            }
            if (!value.is_scalar() && !value.aliased) {
                const bool last = index + 1 == old.size();
                place_below(node, value, last ? end : begin_of(node, old[index + 1]));
            }
            node.children.push_back(std::move(child));
        }
        take_own(node, end);
    }

    static std::size_t begin_of(const Node& parent, const Child& child) {
        return parent.kind == Kind::Mapping ? child.key_span.begin : child.node()->span.begin;
    }

    void take_own(Node& node, std::size_t end) {
        while (has_before(end)) {
            node.children.push_back({std::move(comments_[next_]), {}, Kind::String, Style::Plain, {}, {}});
            ++next_;
        }
    }

    /// "key:  # like this" in front of a value that begins below.
    void take_behind_key(Node& node, const Node& value, std::size_t key_line) {
        while (has_before(value.span.begin) && comments_[next_].at.line == key_line) {
            take_own(node, comments_[next_].span.end);
        }
    }

    /// The comments inside `value`, and those behind it that are indented like its children.
    void place_below(const Node& parent, Node& value, std::size_t end) {
        if (value.style == Style::Flow) {
            place(value, value.span.end);
            return;
        }
        std::size_t own_end = value.span.end;
        for (std::size_t index = next_; index < comments_.size() && comments_[index].span.begin < end; ++index) {
            const Comment& comment = comments_[index];
            const bool inside = comment.span.begin < value.span.end;
            // A list at its key's own column ends before the next key's comment.
            const bool reaches = comment.at.column > value.indent && value.indent > parent.indent;
            if (!inside && !comment.trails_value && !reaches) {
                break;
            }
            own_end = comment.span.end;
        }
        place(value, own_end);
    }

    Comments comments_;
    std::size_t next_ = 0;
};

}  // namespace

std::vector<Comment> find_yaml_comments(std::string_view text, const std::vector<Span>& solid, const SourceMap& map) {
    Comments found;
    std::size_t begin = 0;
    for (const Span& span : solid) {
        find_in_gap(text, {begin, span.begin}, map, found);
        begin = std::max(begin, span.end);
    }
    find_in_gap(text, {begin, text.size()}, map, found);
    return found;
}

void place_comments(std::vector<Node>& roots, const std::vector<std::size_t>& begins, std::vector<Comment> comments) {
    if (!comments.empty()) {
        Placer(std::move(comments)).place_roots(roots, begins);
    }
}

}  // namespace bestow::document
