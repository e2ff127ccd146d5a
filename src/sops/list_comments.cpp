#include "sops/list_comments.hpp"

#include "base/error.hpp"
#include "document/edit.hpp"
#include "document/yaml.hpp"

#include <algorithm>

namespace bestow::sops {
namespace {

using document::Child;
using document::Comment;
using document::Document;
using document::Kind;
using document::Node;
using document::Span;
using document::Style;

void collect_comments(const Node& node, std::vector<const Comment*>& comments) {
    for (const Child& child : node.children) {
        if (child.comment() != nullptr) {
            comments.push_back(child.comment());
        } else {
            collect_comments(*child.node(), comments);
        }
    }
}

class Restorer {
  public:
    Restorer(const Document& document, KeptEnvelopes& kept) : text_(document.text), kept_(kept) {
        for (const Node& root : document.roots) {
            collect_comments(root, comments_);
        }
        std::sort(comments_.begin(), comments_.end(),
                  [](const Comment* a, const Comment* b) { return a->span.begin < b->span.begin; });
        for (std::size_t index = 0; index < document.roots.size(); ++index) {
            visit(document.roots[index], {index == 0 ? 0 : document.ends[index - 1], document.ends[index]});
        }
    }

    [[nodiscard]] const document::Splices& splices() const { return splices_; }

  private:
    /// `around`: from the token before the node to the one behind it.
    void visit(const Node& node, Span around) {
        if (node.aliased || node.is_scalar()) {
            return;
        }
        if (node.kind == Kind::Sequence) {
            node.style == Style::Block ? restore_between_items(node, around) : restore_alone(node, around);
        }
        const Child* previous = nullptr;
        std::size_t item = 0;
        for (std::size_t index = 0; index < node.children.size(); ++index) {
            const Child& child = node.children[index];
            if (child.node() == nullptr) {
                continue;
            }
            const std::size_t before = previous != nullptr ? previous->node()->span.end : node.span.begin;
            const bool member = node.kind == Kind::Mapping;
            enter(child, member, item++);
            visit(*child.node(),
                  {member ? std::size_t{child.key_span.end} : before, begin_of_next(node, index, around.end)});
            leave(member);
            previous = &child;
        }
    }

    void enter(const Child& child, bool member, std::size_t item) {
        if (member) {
            keys_.push_back(child.key);
            path_.emplace_back(child.key);
        } else {
            path_.emplace_back(item);
        }
    }

    void leave(bool member) {
        path_.pop_back();
        if (member) {
            keys_.pop_back();
        }
    }

    static std::size_t begin_of_next(const Node& node, std::size_t index, std::size_t otherwise) {
        for (++index; index < node.children.size(); ++index) {
            const Child& next = node.children[index];
            if (next.node() != nullptr) {
                return node.kind == Kind::Mapping ? next.key_span.begin : next.node()->span.begin;
            }
        }
        return otherwise;
    }

    /// The comments within a span.
    [[nodiscard]] std::vector<const Comment*> comments_in(Span span) const {
        const auto begins_before = [](const Comment* comment, std::size_t byte) { return comment->span.begin < byte; };
        return {std::lower_bound(comments_.begin(), comments_.end(), span.begin, begins_before),
                std::lower_bound(comments_.begin(), comments_.end(), span.end, begins_before)};
    }

    /// Nothing is before it on its line but the marks of what begins there: "- #", ": - #".
    [[nodiscard]] bool begins_line(const Comment& comment) const {
        const std::size_t other = text_.substr(0, comment.span.begin).find_last_not_of(" -:?");
        return other == std::string_view::npos || text_[other] == '\n' || text_[other] == '\r';
    }

    void restore_between_items(const Node& list, Span around) {
        for (const Comment* comment : comments_in(around)) {
            if (!begins_line(*comment) || comment->at.column != list.indent + 1) {
                continue;
            }
            const auto item = std::count_if(list.children.begin(), list.children.end(), [&](const Child& child) {
                return child.node() != nullptr && child.node()->span.begin < comment->span.begin;
            });
            const std::string envelope = take(*comment, static_cast<std::size_t>(item));
            if (!envelope.empty()) {
                splices_.replace(comment->span, "- " + envelope);
            }
        }
    }

    /// A list that has comments alone is shown as "[]" behind them.
    void restore_alone(const Node& list, Span around) {
        const std::vector<const Comment*> comments = comments_in({around.begin, list.span.begin});
        const bool holds_more = std::any_of(list.children.begin(), list.children.end(), [&](const Child& child) {
            return child.comment() == nullptr || child.comment()->span.begin > list.span.begin;
        });
        if (holds_more || comments.empty() || !begins_line(*comments.front())) {
            return;
        }
        std::vector<std::string> envelopes;
        for (const Comment* comment : comments) {
            envelopes.push_back(take(*comment, 0));
            if (envelopes.back().empty()) {
                return;
            }
        }
        for (std::size_t index = 0; index < comments.size(); ++index) {
            splices_.replace(comments[index]->span, "- " + envelopes[index]);
        }
        splices_.replace({comments.back()->span.end, list.span.end}, {});
    }

    std::string take(const Comment& comment, std::size_t item) {
        document::KeyPath path = path_;
        path.emplace_back(item);
        const std::string additional = additional_data(keys_, keys_.size());
        Place place;
        place.comment = &comment;
        place.path = &path;
        place.keys = &keys_;
        place.additional = &additional;
        place.is_list_comment = true;
        return kept_.take(place, {ValueType::String, true, SecretBytes::copy_of(comment.text)});
    }

    std::string_view text_;
    KeptEnvelopes& kept_;
    std::vector<const Comment*> comments_;
    std::vector<std::string> keys_;
    document::KeyPath path_;
    document::Splices splices_;
};

/// Whether both hold the same scalars in the same places; comments do not count.
bool same_values(const Document& a, const Document& b, const Selector& selector) {
    const auto values_of = [&](const Document& document) {
        std::vector<std::pair<document::KeyPath, std::string_view>> values;
        for (const Node& root : document.roots) {
            walk(root, selector, [&](const Place& place) {
                if (place.node != nullptr && place.node->is_scalar() && !place.is_list_comment) {
                    values.emplace_back(*place.path, place.node->text);
                }
            });
        }
        return values;
    };
    return values_of(a) == values_of(b);
}

}  // namespace

std::optional<std::string> with_list_comments(const Document& document, const SealRequest& request) {
    const Restorer restorer(document, *request.kept);
    if (restorer.splices().empty()) {
        return std::nullopt;
    }
    std::string text = restorer.splices().apply(document.text);
    try {
        // A comment that somebody moved may stand where an item would mean something else.
        const Document restored = document::parse_yaml(text, document::Aliases::Expand);
        return same_values(document, restored, request.selector) ? std::optional(std::move(text)) : std::nullopt;
    } catch (const Error&) {
        return std::nullopt;
    }
}

}  // namespace bestow::sops
