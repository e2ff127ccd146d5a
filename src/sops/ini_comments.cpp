#include "sops/ini_comments.hpp"

#include "document/edit.hpp"
#include "document/ini.hpp"
#include "document/ini_comment.hpp"
#include "document/white_space.hpp"
#include "sops/envelope.hpp"
#include "sops/walk.hpp"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

namespace bestow::sops {
namespace {

using document::Child;
using document::Comment;
using document::Document;
using document::Node;
using document::Span;

std::string_view slice(std::string_view text, Span span) {
    return text.substr(span.begin, span.end - span.begin);
}

bool is_envelope(std::string_view line) {
    line.remove_prefix(std::min(document::leading_space(line), line.size()));
    return looks_like_envelope(line.substr(document::ini_comment_marks(line)));
}

/// Runs of lines, and each envelope alone; without white space around.
std::vector<Span> pieces_of(std::string_view text, Span block) {
    std::vector<Span> pieces;
    bool open = false;
    for (std::size_t begin = block.begin; begin < block.end;) {
        const std::size_t end = std::min<std::size_t>(text.find('\n', begin), block.end);
        Span line{begin, end};
        begin = end + 1;
        line.begin += document::leading_space(slice(text, line));
        line.end -= document::trailing_space(slice(text, line));
        if (line.begin >= line.end) {
            continue;
        }
        const bool envelope = is_envelope(slice(text, line));
        if (envelope || !open) {
            pieces.push_back(line);
        } else {
            pieces.back().end = line.end;
        }
        open = !envelope;
    }
    return pieces;
}

void split_in(Node& parent, std::string_view text) {
    std::vector<Child> children;
    children.reserve(parent.children.size());
    for (Child& child : parent.children) {
        const Comment* const whole = child.comment();
        const std::vector<Span> pieces = whole != nullptr ? pieces_of(text, whole->span) : std::vector<Span>();
        if (pieces.size() < 2) {
            children.push_back(std::move(child));
            continue;
        }
        for (const Span& piece : pieces) {
            const std::string_view before = text.substr(whole->span.begin, piece.begin - whole->span.begin);
            const auto lines = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
            const auto indentation = document::ini_comment_indentation(text, piece).value_or(std::string_view());
            Child part;
            part.what = Comment{document::ini_comment_text(slice(text, piece), indentation),
                                piece,
                                {whole->at.line + lines, lines == 0 ? whole->at.column : indentation.size() + 1},
                                false};
            children.push_back(std::move(part));
        }
    }
    parent.children = std::move(children);
}

/// Moves the comment behind something into a line above it.
void move_up(document::Splices& splices, std::string_view text, std::size_t line, Span behind) {
    const std::size_t begin = line == 0 ? 0 : text.rfind('\n', line - 1) + 1;
    splices.replace({line, line}, std::string(slice(text, behind)) + std::string(document::line_ending_of(text)) +
                                      std::string(text.substr(begin, line - begin)));
    const std::size_t space = document::trailing_space(text.substr(0, behind.begin));
    splices.replace({behind.begin - space, behind.end}, {});
}

using Comments = std::set<const Comment*>;

void move_up_in(document::Splices& splices, std::string_view text, const Node& section, const Comments& sealed) {
    std::size_t line = section.span.begin;
    bool has_to_move = true;  // sops would take the ']' of an envelope behind a header for the header's own
    for (const Child& child : section.children) {
        const Comment* const comment = child.comment();
        if (comment == nullptr) {
            line = child.key_span.begin;
            has_to_move = false;
        } else if (document::ini_comment_indentation(text, comment->span)) {
            has_to_move = has_to_move || sealed.count(comment) > 0;
        } else if (has_to_move && sealed.count(comment) > 0) {
            move_up(splices, text, line, comment->span);
        }
    }
}

}  // namespace

void split_enveloped_comments(Document& document) {
    Node& root = document.roots.front();
    split_in(root, document.text);
    for (Child& child : root.children) {
        if (child.node() != nullptr && child.key != kMetadataKey) {
            split_in(std::get<Node>(child.what), document.text);
        }
    }
}

std::optional<std::string> with_one_comment_a_key(const Document& document, const Selector& selector) {
    Comments sealed;
    walk(document.roots.front(), selector, [&sealed](const Place& place) {
        if (place.comment != nullptr && place.selected) {
            sealed.insert(place.comment);
        }
    });
    document::Splices splices;
    for (const Child& section : document.roots.front().children) {
        if (section.node() != nullptr) {
            move_up_in(splices, document.text, *section.node(), sealed);
        }
    }
    return splices.empty() ? std::nullopt : std::optional(splices.apply(document.text));
}

}  // namespace bestow::sops
