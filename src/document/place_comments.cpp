#include "document/comment_gap.hpp"
#include "document/yaml_comments.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace bestow::document {
namespace {

/// What comments stand between.
struct Token {
    enum class Type { Key, Dash, Scalar, Flow };
    Type type = Type::Key;
    Span span;
    Node* flow = nullptr;  ///< for Flow
};

class Placer {
  public:
    Placer(std::vector<Comment> comments, std::string_view text, const SourceMap& map)
        : comments_(std::move(comments)), text_(text), map_(map) {}

    void place(Node& root, std::size_t end) {
        chain_.clear();
        previous_.reset();
        if (!root.is_scalar()) {
            if (root.style == Style::Flow) {
                chain_ = {&root};
                take_inside(root);
            } else {
                visit(root);
                chain_ = {&root};
            }
            take_gap(end, {1, 1}, &root);
            insert(root);
        }
        while (has_before(end)) {
            ++next_;
        }
    }

  private:
    [[nodiscard]] bool has_before(std::size_t byte) const {
        return next_ < comments_.size() && comments_[next_].span.begin < byte;
    }

    void give(Node& owner) { assigned_[&owner].push_back(std::move(comments_[next_++])); }

    void visit(Node& node) {
        chain_.push_back(&node);
        std::size_t from = node.span.begin;
        for (Child& child : node.children) {
            auto& value = std::get<Node>(child.what);
            if (node.kind == Kind::Mapping) {
                token({Token::Type::Key, child.key_span, nullptr});
            } else {
                const std::size_t dash = find_dash(from, value.span.begin);
                token({Token::Type::Dash, {dash, dash + 1}, nullptr});
            }
            visit_value(value);
            from = std::max(child.key_span.end, value.span.end);
        }
        chain_.pop_back();
    }

    void visit_value(Node& value) {
        if (value.is_scalar() || value.aliased) {
            if (value.span.end > value.span.begin) {
                token({Token::Type::Scalar, value.span, nullptr});
            }
        } else if (value.style == Style::Flow) {
            token({Token::Type::Flow, value.span, &value});
        } else {
            visit(value);
        }
    }

    /// The '-' of an item, past comments and the list's own tag and anchor.
    [[nodiscard]] std::size_t find_dash(std::size_t at, std::size_t end) const {
        while (at < end) {
            if (text_[at] == '#') {
                at = std::min(text_.find_first_of("\r\n", at), end);
            } else if (text_[at] == '-') {
                return at;
            } else if (text_[at] == '&' || text_[at] == '!') {
                at = std::min(text_.find_first_of(" \t\r\n", at), end);
            } else {
                ++at;
            }
        }
        return end;
    }

    void token(const Token& next) {
        Node* const owner =
            next.type == Token::Type::Flow && chain_.back()->kind == Kind::Mapping ? next.flow : chain_.back();
        take_gap(next.span.begin, map_.position_of(next.span.begin), owner);
        if (next.type == Token::Type::Flow) {
            take_inside(*next.flow);
        }
        while (has_before(next.span.end)) {
            give(*chain_.back());  // in the header of a block scalar
        }
        previous_ = next;
        previous_chain_ = chain_;
    }

    /// Comments within a flow collection: the innermost one around each.
    void take_inside(Node& flow) {
        for (Child& child : flow.children) {
            auto& value = std::get<Node>(child.what);
            if (!value.is_scalar() && !value.aliased) {
                while (has_before(value.span.begin)) {
                    give(flow);
                }
                take_inside(value);
            }
        }
        while (has_before(flow.span.end)) {
            give(flow);
        }
    }

    /// The comments before `end`, between the previous token and one that stands there.
    void take_gap(std::size_t end, Position next, Node* next_owner) {
        while (previous_ && has_before(end) && comments_[next_].trails_value) {
            const bool inside_flow =
                previous_->type == Token::Type::Flow && previous_chain_.back()->kind == Kind::Mapping;
            give(inside_flow ? *previous_->flow : *previous_chain_.back());
        }
        CommentGap gap;
        for (std::size_t index = next_; index < comments_.size() && comments_[index].span.begin < end; ++index) {
            gap.lines.push_back(&comments_[index]);
        }
        if (gap.lines.empty()) {
            return;
        }
        if (!previous_) {
            while (has_before(end)) {
                give(*next_owner);
            }
            return;
        }
        const std::vector<Node*> ending = describe(gap, next);
        for (const CommentOwner& owner : find_owners(gap)) {
            give(owner.where == CommentOwner::Where::Previous ? *previous_chain_.back()
                 : owner.where == CommentOwner::Where::Next   ? *next_owner
                                                              : *mapping_from(ending, owner.block, next_owner));
        }
    }

    /// The end of a list takes no comment in yaml.v3: the mapping around it does, if that ends here as well.
    static Node* mapping_from(const std::vector<Node*>& ending, std::size_t block, Node* otherwise) {
        const auto found = std::find_if(ending.begin() + static_cast<std::ptrdiff_t>(block), ending.end(),
                                        [](const Node* node) { return node->kind == Kind::Mapping; });
        return found != ending.end() ? *found : otherwise;
    }

    /// Fills in what surrounds the lines; the collections that end here, innermost first.
    std::vector<Node*> describe(CommentGap& gap, Position next) const {
        gap.previous_line = map_.position_of(previous_->span.end).line;
        gap.previous_is_value_mark = previous_->type == Token::Type::Key;
        gap.next = next.line == 1 && next.column == 1 ? Position{gap.lines.back()->at.line + 1, 1} : next;
        std::vector<Node*> ending;
        for (std::size_t depth = previous_chain_.size(); depth-- > 0;) {
            // A list at its key's own column opens no block of its own.
            const bool is_block = depth == 0 || previous_chain_[depth]->indent > previous_chain_[depth - 1]->indent;
            if (is_block && gap.indent == 0) {
                gap.indent = previous_chain_[depth]->indent;
            }
            const bool ends = depth >= chain_.size() || chain_[depth] != previous_chain_[depth];
            if (is_block && ends) {
                gap.ending_blocks.push_back(previous_chain_[depth]->indent);
                ending.push_back(previous_chain_[depth]);
            }
        }
        return ending;
    }

    /// Puts what was assigned between the children, innermost collections first.
    void insert(Node& node) {
        for (Child& child : node.children) {
            auto* const value = std::get_if<Node>(&child.what);
            if (value != nullptr && (!value->children.empty() || assigned_.contains(value))) {
                insert(*value);
            }
        }
        const auto found = assigned_.find(&node);
        if (found == assigned_.end()) {
            return;
        }
        std::vector<Child> merged;
        merged.reserve(node.children.size() + found->second.size());
        std::size_t next = 0;
        const auto take_until = [&](std::size_t end) {
            while (next < found->second.size() && found->second[next].span.begin < end) {
                Child child;
                child.what = std::move(found->second[next++]);
                merged.push_back(std::move(child));
            }
        };
        for (Child& child : node.children) {
            const Span value = child.node()->span;
            const bool has_width = value.end > value.begin || node.kind == Kind::Sequence;
            take_until(has_width ? value.begin : child.key_span.begin);
            merged.push_back(std::move(child));
        }
        take_until(std::string_view::npos);
        node.children = std::move(merged);
        assigned_.erase(found);
    }

    std::vector<Comment> comments_;
    std::string_view text_;
    const SourceMap& map_;
    std::size_t next_ = 0;
    std::vector<Node*> chain_;  ///< the block collections around the current token, outermost first
    std::optional<Token> previous_;
    std::vector<Node*> previous_chain_;
    std::map<const Node*, std::vector<Comment>> assigned_;
};

}  // namespace

void place_comments(std::vector<Node>& roots, const std::vector<std::size_t>& begins, std::vector<Comment> comments,
                    std::string_view text, const SourceMap& map) {
    if (comments.empty()) {
        return;
    }
    Placer placer(std::move(comments), text, map);
    for (std::size_t index = 0; index < roots.size(); ++index) {
        placer.place(roots[index], index + 1 < roots.size() ? begins[index + 1] : std::string_view::npos);
    }
}

}  // namespace bestow::document
