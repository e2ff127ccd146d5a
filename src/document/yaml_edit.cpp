#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "document/flow_member.hpp"
#include "document/yaml.hpp"
#include "document/yaml_member.hpp"
#include "document/yaml_places.hpp"

#include <algorithm>

namespace bestow::document {
namespace {

constexpr std::size_t kDefaultStep = 2;

KeyPath to_key_path(const std::vector<std::string>& keys) {
    return {keys.begin(), keys.end()};
}

class Editor {
  public:
    Editor(const Document& document, const EditRules& rules)
        : text_(document.text), eol_(line_ending_of(document.text)), document_(document), rules_(rules) {}

    std::string set(const KeyPath& path, std::string_view value) {
        if (document_.roots.empty() || is_absent(document_.roots.front())) {
            return with_new_root(path, value);
        }
        Step at{&document_.roots.front(), nullptr, nullptr};
        for (std::size_t depth = 0; depth < path.size(); ++depth) {
            const Step next = step_to(at, path, depth, rules_);
            if (next.node == nullptr) {
                insert(at, path, depth, value);
                return splices_.apply(text_);
            }
            at = next;
        }
        replace(at, value);
        return splices_.apply(text_);
    }

    std::string remove(const KeyPath& path) {
        const Step target = find_step(document_, path, rules_);
        if (target.parent == nullptr) {
            throw Error(ErrorKind::NotFound, "the whole document cannot be removed");
        }
        const Step holder = find_step(document_, KeyPath(path.begin(), path.end() - 1), rules_);
        if (items_of(*holder.node, rules_).size() == 1) {
            empty_out(holder, target);
        } else if (holder.node->style == Style::Flow) {
            splices_.replace(flow_member_span(*holder.node, *target.child), {});
        } else {
            remove_lines(*holder.node, *target.child);
        }
        return splices_.apply(text_);
    }

    std::string rename(const KeyPath& path, std::string_view new_key) {
        const Step target = find_step(document_, path, rules_);
        if (target.parent == nullptr || target.parent->kind != Kind::Mapping) {
            throw Error(ErrorKind::NotFound, format("there is no key {} to rename", to_text(path)));
        }
        splices_.replace(target.child->key_span, emit_yaml_string(new_key, target.parent->style == Style::Flow));
        return splices_.apply(text_);
    }

  private:
    // --- places in the text

    [[nodiscard]] std::size_t line_begin(std::size_t at) const {
        constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
        const std::size_t before = at == 0 ? std::string_view::npos : text_.find_last_of("\r\n", at - 1);
        if (before == std::string_view::npos) {
            return text_.substr(0, byte_order_mark.size()) == byte_order_mark ? byte_order_mark.size() : 0;
        }
        return before + 1;
    }
    [[nodiscard]] std::size_t line_end(std::size_t at) const {
        return std::min(text_.find_first_of("\r\n", at), text_.size());
    }
    [[nodiscard]] std::size_t next_line(std::size_t at) const {
        const std::size_t end = line_end(at);
        return std::min(end + (text_.substr(end, 2) == "\r\n" ? 2 : 1), text_.size());
    }
    [[nodiscard]] std::size_t colon_end(const Child& child) const { return text_.find(':', child.key_span.end) + 1; }

    static std::size_t begin_of(const Child& child) {
        return child.key_span.end != 0 ? child.key_span.begin : child.node()->span.begin;
    }
    static std::size_t end_of(const Child& child) { return std::max(child.key_span.end, child.node()->span.end); }

    /// The end of the last scalar in it, as a node, for what a "|+" keeps behind itself.
    static const Node& last_scalar(const Node& node) {
        const std::vector<const Child*> values = values_of(node);
        return values.empty() || node.style == Style::Flow ? node : last_scalar(*values.back()->node());
    }

    /// Where a new line may be put behind `child`: the end of its last line.
    [[nodiscard]] std::size_t end_of_lines(const Child& child) const {
        std::size_t end = line_end(end_of(child));
        const Node& last = last_scalar(*child.node());
        if (last.style == Style::Literal || last.style == Style::Folded) {
            for (std::size_t breaks = last.text.size() - (last.text.find_last_not_of('\n') + 1); breaks > 1; --breaks) {
                end = line_end(next_line(end));
            }
        }
        return end;
    }

    /// How far this document indents a mapping in a mapping.
    [[nodiscard]] std::size_t indentation_step() const {
        std::vector<const Node*> open = {&document_.roots.front()};
        while (!open.empty()) {
            const Node* const node = open.back();
            open.pop_back();
            for (const Child* child : values_of(*node)) {
                const Node* const value = child->node();
                if (value->style == Style::Block && value->indent > node->indent && node->kind == Kind::Mapping &&
                    (rules_.last_key.empty() || child->key != rules_.last_key)) {
                    return value->indent - node->indent;
                }
                if (value->style == Style::Block) {
                    open.push_back(value);
                }
            }
        }
        return kDefaultStep;
    }

    // --- new text

    /// "key: value", where the path goes on in nested block mappings at `indent`.
    [[nodiscard]] std::string block_member(const KeyPath& path, std::size_t depth, std::string_view value,
                                           std::size_t indent) const {
        const std::size_t step = document_.roots.empty() ? kDefaultStep : indentation_step();
        return yaml_block_member(path, depth, value, {indent, step, eol_});
    }

    [[nodiscard]] std::string with_new_root(const KeyPath& path, std::string_view value) const {
        std::string text(text_);
        if (!text.empty() && text.back() != '\n') {
            text += eol_;
        }
        return text + block_member(path, 0, value, 0) + eol_;
    }

    void insert(const Step& at, const KeyPath& path, std::size_t depth, std::string_view value) {
        const Node& node = *at.node;
        std::vector<const Child*> values = items_of(node, rules_);
        values = values.empty() ? values_of(node) : std::move(values);  // comments behind the last item stay behind it
        const bool in_flow = at.parent != nullptr && at.parent->style == Style::Flow;
        if (values.empty() && in_flow) {
            const bool list = std::holds_alternative<std::size_t>(path[depth]);
            splices_.replace(node.span, (is_absent(node) ? " " : "") + std::string(list ? "[" : "{") +
                                            yaml_flow_member(path, depth, value) + (list ? "]" : "}"));
        } else if (values.empty()) {
            insert_first(at, path, depth, value);
        } else if (node.style == Style::Flow) {
            add_flow_member(splices_, document_, node, yaml_flow_member(path, depth, value));
        } else {
            insert_in_block(node, values, path, depth, value);
        }
    }

    /// Into "key:", "key: ~" or "key: {}" within a block collection: a block mapping of its own.
    void insert_first(const Step& at, const KeyPath& path, std::size_t depth, std::string_view value) {
        const Node& node = *at.node;
        if (at.parent == nullptr || at.parent->kind == Kind::Sequence) {
            const std::size_t indent = at.parent == nullptr ? 0 : at.parent->indent + 2;
            const bool list = std::holds_alternative<std::size_t>(path[depth]);
            splices_.replace(node.span, (is_absent(node) ? " " : "") + std::string(list ? "- " : "") +
                                            block_member(path, depth, value, indent).substr(list ? 2 : 0));
            return;
        }
        const std::size_t indent = at.parent->indent + indentation_step();
        const std::string member = eol_ + std::string(indent, ' ') + block_member(path, depth, value, indent);
        // A comment behind the key, or behind "{}", stays on its line.
        const std::size_t end = line_end(is_absent(node) ? at.child->key_span.end : node.span.end);
        if (!is_absent(node) && end == node.span.end) {
            splices_.replace({colon_end(*at.child), end}, member);
            return;
        }
        if (!is_absent(node)) {
            splices_.replace({colon_end(*at.child), node.span.end}, {});
        }
        splices_.replace({end, end}, member);
    }

    void insert_in_block(const Node& node, const std::vector<const Child*>& values, const KeyPath& path,
                         std::size_t depth, std::string_view value) {
        const std::string member = block_member(path, depth, value, node.indent);
        const std::string margin(node.indent, ' ');
        const bool before_last = !rules_.last_key.empty() && depth == 0 && values.back()->key == rules_.last_key;
        if (!before_last || values.size() > 1) {
            const Child& previous = *values[values.size() - (before_last ? 2 : 1)];
            const std::size_t end = end_of_lines(previous);
            splices_.replace({end, end}, eol_ + margin + member);
            return;
        }
        const std::size_t begin = line_begin(begin_of(*values.back()));
        splices_.replace({begin, begin}, margin + member + eol_);
    }

    void replace(const Step& at, std::string_view value) {
        const Node& node = *at.node;
        if (at.parent == nullptr) {
            fail_at(node, {}, 0, "the whole document cannot be replaced by one value");
        }
        if (node.aliased && at.parent->aliased) {
            fail_at(node, {}, 0, "this comes from an alias and cannot be edited through it");
        }
        if (is_absent(node)) {
            splices_.replace(node.span, " " + std::string(value));
        } else if (!node.is_scalar() && node.style == Style::Block && at.parent->kind == Kind::Mapping) {
            splices_.replace({colon_end(*at.child), node.span.end}, " " + std::string(value));
        } else {
            splices_.replace(node.span, std::string(value));
        }
    }

    // --- removal

    /// The last byte that belongs to a child, with the comments inside it.
    static std::size_t end_with_comments(const Node& node) {
        std::size_t end = node.span.end;
        for (const Child& child : node.children) {
            const Comment* const comment = child.comment();
            end = std::max(end, comment != nullptr ? std::size_t{comment->span.end} : end_with_comments(*child.node()));
        }
        return end;
    }

    /// Where the comment lines directly above a line begin.
    [[nodiscard]] std::size_t with_comments_above(std::size_t begin, std::size_t limit) const {
        while (begin > limit) {
            const std::size_t above = line_begin(
                begin - (text_.substr(begin - 1, 1) == "\n" && begin > 1 && text_[begin - 2] == '\r' ? 2 : 1));
            const std::size_t first = text_.find_first_not_of(" \t", above);
            if (above < limit || first == std::string_view::npos || text_[first] != '#') {
                break;
            }
            begin = above;
        }
        return begin;
    }

    [[nodiscard]] bool is_comment_item(const Node& node, const Child& child) const {
        return rules_.is_comment != nullptr && node.kind == Kind::Sequence && rules_.is_comment(*child.node());
    }

    /// The first of the items that stand for comments directly above `place`; `place` itself when there is none.
    [[nodiscard]] std::size_t with_comment_items_above(const Node& node, std::size_t place) const {
        const std::vector<const Child*> values = values_of(node);
        while (place > 0 && is_comment_item(node, *values[place - 1]) &&
               next_line(end_of_lines(*values[place - 1])) == line_begin(begin_of(*values[place]))) {
            --place;
        }
        return place;
    }

    void remove_lines(const Node& node, const Child& child) {
        const std::vector<const Child*> values = values_of(node);
        const auto place = static_cast<std::size_t>(std::find(values.begin(), values.end(), &child) - values.begin());
        const std::size_t first = with_comment_items_above(node, place);
        const std::size_t key_begin = begin_of(*values[first]);
        const std::size_t line = line_begin(key_begin);
        const std::string_view before = text_.substr(line, key_begin - line);
        const bool own_line =
            before.find_first_not_of(node.kind == Kind::Mapping ? " " : " -") == std::string_view::npos;
        if (!own_line || (first == 0 && node.kind == Kind::Mapping && before.size() != node.indent) ||
            (node.kind == Kind::Sequence && std::count(before.begin(), before.end(), '-') != 1)) {
            // The first member behind a dash: the next one takes its place on that line.
            splices_.replace({key_begin, begin_of(*values.at(place + 1))}, {});
            return;
        }
        const std::size_t limit = first == 0 ? 0 : next_line(end_of_lines(*values[first - 1]));
        const std::size_t end = next_line(std::max(end_of_lines(child), end_with_comments(*child.node())));
        splices_.replace({with_comments_above(line, limit), end}, {});
    }

    /// The collection loses its only value.
    void empty_out(const Step& holder, const Step& target) {
        const Node& node = *holder.node;
        const std::string empty = node.kind == Kind::Mapping ? "{}" : "[]";
        if (node.style == Style::Flow) {
            splices_.replace({begin_of(*target.child), end_of(*target.child)}, {});
        } else if (holder.parent != nullptr && holder.parent->kind == Kind::Mapping) {
            const std::size_t end = std::max<std::size_t>(node.span.end, end_with_comments(node));
            splices_.replace({colon_end(*holder.child), end}, " " + empty);
        } else {
            splices_.replace(node.span, empty);
        }
    }

    std::string_view text_;
    std::string eol_;
    const Document& document_;
    const EditRules& rules_;
    Splices splices_;
};

}  // namespace

std::string_view line_ending_of(std::string_view text) {
    const std::size_t end = text.find('\n');
    return end != std::string_view::npos && end > 0 && text[end - 1] == '\r' ? "\r\n" : "\n";
}

std::string yaml_with_value_at(const Document& document, const KeyPath& path, std::string_view yaml_value,
                               const EditRules& rules) {
    return Editor(document, rules).set(path, yaml_value);
}

std::string yaml_with_value(const Document& document, const std::vector<std::string>& path,
                            std::string_view yaml_value) {
    return yaml_with_value_at(document, to_key_path(path), yaml_value);
}

std::string yaml_without_value_at(const Document& document, const KeyPath& path, const EditRules& rules) {
    return Editor(document, rules).remove(path);
}

std::string yaml_without_member(const Document& document, const std::vector<std::string>& path) {
    return yaml_without_value_at(document, to_key_path(path));
}

std::string yaml_with_renamed_key(const Document& document, const std::vector<std::string>& path,
                                  std::string_view new_key) {
    return Editor(document, {}).rename(to_key_path(path), new_key);
}

}  // namespace bestow::document
