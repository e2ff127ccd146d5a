#include "sops/walk.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "sops/envelope.hpp"

#include <algorithm>

namespace bestow::sops {
namespace {

using document::Child;
using document::Kind;
using document::Node;

class Walker {
  public:
    Walker(const Selector& selector, const Visit& visit) : selector_(selector), visit_(visit) {}

    void walk_root(const Node& root) {
        if (root.kind == Kind::Mapping) {
            walk_children(root);
        }
    }

  private:
    void walk_children(const Node& parent) {
        active_comments_.push_back(0);
        std::size_t item = 0;
        for (const std::size_t index : order_of(parent)) {
            const Child& child = parent.children[index];
            if (child.comment() != nullptr) {
                visit_comment(parent, child, index);
            } else if (parent.kind == Kind::Mapping) {
                visit_member(parent, child, index);
            } else {
                path_.emplace_back(item);
                const bool is_comment = visit_value(parent, child, index);
                path_.pop_back();
                item += is_comment ? 0 : 1;
            }
        }
        active_comments_.pop_back();
    }

    /// Document order, save that a comment behind a value is seen before it, as upstream has it.
    static std::vector<std::size_t> order_of(const Node& parent) {
        std::vector<std::size_t> order;
        const std::vector<Child>& children = parent.children;
        order.reserve(children.size());
        for (std::size_t index = 0; index < children.size(); ++index) {
            const document::Comment* const comment = children[index].comment();
            const bool behind = comment != nullptr && comment->trails_value && index > 0 && !order.empty();
            const bool behind_all =
                behind && parent.style == document::Style::Flow && comment->span.begin >= parent.span.end;
            const bool behind_value = behind && children[index - 1].node() != nullptr &&
                                      children[index - 1].node()->is_scalar() &&
                                      comment->span.begin > children[index - 1].node()->span.begin;
            if (behind_all) {
                order.insert(order.begin(), index);
            } else if (behind_value) {
                order.insert(order.end() - 1, index);
            } else {
                order.push_back(index);
            }
        }
        return order;
    }

    void visit_member(const Node& parent, const Child& child, std::size_t index) {
        if (keys_.empty() && path_.empty() && child.key == kMetadataKey) {
            return;
        }
        if (child.key_kind != Kind::String) {
            throw Error(ErrorKind::Format,
                        format("line {}, column {}: the key {} is not a string", child.key_at.line, child.key_at.column,
                               quoted(child.key)),
                        "put it into quotes");
        }
        const std::size_t additional_size = additional_.size();
        additional_ += child.key + ":";
        const bool fits = !selector_.by_comment() && selector_.matches(child.key);
        fitting_keys_ += fits ? 1 : 0;
        keys_.push_back(child.key);
        path_.emplace_back(child.key);
        visit_value(parent, child, index);
        path_.pop_back();
        keys_.pop_back();
        fitting_keys_ -= fits ? 1 : 0;
        additional_.resize(additional_size);
    }

    /// True for a comment that sops wrote as a list item.
    bool visit_value(const Node& parent, const Child& child, std::size_t index) {
        const Node& node = *child.node();
        const bool has_values = std::any_of(node.children.begin(), node.children.end(),
                                            [](const Child& inner) { return inner.node() != nullptr; });
        if (!node.children.empty()) {
            walk_children(node);  // there may be comments alone
        }
        if (has_values) {
            active_comments_.back() = 0;
            return false;
        }
        const bool is_comment = parent.kind == Kind::Sequence && is_comment_item(node);
        Place place = place_of(parent, child, index);
        place.node = &node;
        place.is_list_comment = is_comment;
        place.selected = selector_.encrypts(any_match());
        visit_(place);
        if (!is_comment) {
            active_comments_.back() = 0;
        }
        return is_comment;
    }

    void visit_comment(const Node& parent, const Child& child, std::size_t index) {
        Place place = place_of(parent, child, index);
        place.comment = child.comment();
        const bool fits = selector_.by_comment() && selector_.matches(place.comment->text);
        // A comment that turns encryption off is itself left alone; one that turns it on as well, so that it is found.
        const bool turns_off = fits && !selector_.encrypts(true);
        place.selected = selector_.encrypts(any_match() || turns_off);
        visit_(place);
        active_comments_.back() += fits ? 1 : 0;
    }

    Place place_of(const Node& parent, const Child& child, std::size_t index) const {
        Place place;
        place.child = &child;
        place.parent = &parent;
        place.index_in_parent = index;
        place.path = &path_;
        place.keys = &keys_;
        place.additional = keys_.empty() ? &top_ : &additional_;
        return place;
    }

    [[nodiscard]] bool any_match() const {
        return fitting_keys_ > 0 || std::any_of(active_comments_.begin(), active_comments_.end(),
                                                [](std::size_t count) { return count > 0; });
    }

    const Selector& selector_;
    const Visit& visit_;
    document::KeyPath path_;
    std::vector<std::string> keys_;
    std::string additional_;
    const std::string top_ = ":";
    std::size_t fitting_keys_ = 0;
    std::vector<std::size_t> active_comments_;  ///< fitting comments since the last value, for each open collection
};

}  // namespace

void walk(const Node& root, const Selector& selector, const Visit& visit) {
    Walker(selector, visit).walk_root(root);
}

bool is_comment_item(const Node& item) {
    return item.kind == Kind::String && is_comment_envelope(item.text);
}

std::string additional_data(const std::vector<std::string>& keys, std::size_t count) {
    std::string text;
    for (std::size_t index = 0; index < count; ++index) {
        text += keys[index] + ":";
    }
    return text.empty() ? ":" : text;
}

}  // namespace bestow::sops
