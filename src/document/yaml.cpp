#include "document/yaml.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "document/conflict_marker.hpp"
#include "document/repeated_key.hpp"
#include "document/yaml_comments.hpp"
#include "document/yaml_events.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace bestow::document {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

std::size_t check_encoding(std::string_view text, const Limits& limits) {
    if (text.size() > limits.size_bytes) {
        throw Error(ErrorKind::Format,
                    format("the document has {} bytes; the limit is {}", text.size(), limits.size_bytes));
    }
    const std::string_view start = text.substr(0, 2);
    if (start == "\xff\xfe" || start == "\xfe\xff" || start.find('\0') != std::string_view::npos) {
        throw Error(ErrorKind::Format, "line 1, column 1: the document is UTF-16 or UTF-32; only UTF-8 is read",
                    "convert it with iconv");
    }
    return text.substr(0, kByteOrderMark.size()) == kByteOrderMark ? kByteOrderMark.size() : 0;
}

/// nullopt for a text that is not what its tag says.
std::optional<Kind> resolve_scalar(const Event& event) {
    if (event.tag.empty()) {
        return event.style == Style::Plain ? resolve_plain_scalar(event.text) : Kind::String;
    }
    static const std::map<std::string, Kind, std::less<>> tagged = {{"!!int", Kind::Integer},
                                                                    {"!!float", Kind::Float},
                                                                    {"!!bool", Kind::Boolean},
                                                                    {"!!null", Kind::Null},
                                                                    {"!!timestamp", Kind::Timestamp}};
    const auto found = tagged.find(event.tag);
    if (found == tagged.end()) {
        return Kind::String;  // also for tags of one's own, as yaml.v3 reads them
    }
    const Kind kind = resolve_plain_scalar(event.text);
    const bool widened = found->second == Kind::Float && kind == Kind::Integer;
    return kind == found->second || widened ? std::optional(found->second) : std::nullopt;
}

/// Where a node lies while the document grows: copies of anchored nodes are made when an alias asks for one, not
/// before, since anchors can be nested.
struct Place {
    std::size_t collection = 0;  ///< its number, in the order of their starts; kNoCollection for the root
    std::size_t index = 0;       ///< of the child
};
constexpr std::size_t kNoCollection = static_cast<std::size_t>(-1);

struct Anchored {
    std::optional<Node> key;  ///< a mapping's key is no node of the document
    Place place;
    std::size_t nodes = 0;
    std::size_t bytes = 0;
    bool complete = false;
};

/// A document may be plaintext, and what stands in a key's place a value by mistake: `{secret, secret}`.
bool may_be_named(const Child& key, Style mapping_style) {
    constexpr std::size_t kLongest = 64;
    const auto is_of_identifier = [](char byte) {
        return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
               std::string_view("_.-/").find(byte) != std::string_view::npos;
    };
    return mapping_style == Style::Block && key.key_style == Style::Plain && key.key.size() <= kLongest &&
           std::all_of(key.key.begin(), key.key.end(), is_of_identifier);
}

class Builder {
  public:
    Builder(std::string_view text, std::size_t first_byte, Aliases aliases, const Limits& limits)
        : text_(text), aliases_(aliases), limits_(limits), map_(text, first_byte), events_(text, first_byte, map_) {}

    void build(Document& document) {
        std::vector<std::size_t> begins;
        for (Event event = events_.next(); event.type != EventType::StreamEnd; event = events_.next()) {
            if (event.type == EventType::DocumentStart) {
                begins.push_back(event.span.begin);
                anchors_.clear();
                places_.clear();
                document.roots.push_back(value(events_.next()));
            } else if (event.type == EventType::DocumentEnd) {
                // Without "..." the mark is at the next token or wherever libyaml has looked; only "---" ends it then.
                const bool explicit_end =
                    text_.substr(event.span.begin, 3) == "..." && event.span.end > event.span.begin;
                document.ends.push_back(explicit_end ? std::size_t{event.span.begin} : text_.size());
            }
        }
        for (std::size_t index = 0; index + 1 < begins.size(); ++index) {
            document.ends[index] = std::min(document.ends[index], begins[index + 1]);
        }
        std::vector<Comment> comments = find_yaml_comments(text_, solid_, map_);
        comments.insert(comments.end(), header_comments_.begin(), header_comments_.end());
        std::sort(comments.begin(), comments.end(),
                  [](const Comment& a, const Comment& b) { return a.span.begin < b.span.begin; });
        place_comments(document.roots, begins, std::move(comments), text_, map_);
    }

  private:
    [[noreturn]] void fail(std::size_t byte, std::string_view problem, std::string hint = {}) const {
        const Position at = map_.position_of(byte);
        throw Error(ErrorKind::Format, format("line {}, column {}: {}", at.line, at.column, problem), std::move(hint));
    }

    Kind kind_of(const Event& event) const {
        const std::optional<Kind> kind = resolve_scalar(event);
        if (!kind) {
            fail(event.span.begin, format("the value is not what its tag {} says", quoted(event.tag)));
        }
        return *kind;
    }

    void count(std::size_t nodes, std::size_t bytes, std::size_t at) {
        nodes_ += nodes;
        bytes_ += bytes;
        if (nodes_ > limits_.nodes || bytes_ > limits_.size_bytes) {
            fail(at, "the document has too many values, or its aliases expand to too many");
        }
    }

    Node value(Event event) {
        if (event.type == EventType::Alias) {
            return expand(event);
        }
        count(1, event.text.size(), event.span.begin);
        const std::size_t nodes_before = nodes_;
        const std::size_t bytes_before = bytes_;
        const std::string anchor = event.anchor;
        const Place place = here();
        if (!anchor.empty()) {
            anchors_[anchor] = Anchored{};
        }
        Node node = event.type == EventType::Scalar ? scalar(event) : collection(event);
        if (!anchor.empty() && aliases_ == Aliases::Expand) {
            anchors_[anchor] = Anchored{{}, place, nodes_ - nodes_before + 1, bytes_ - bytes_before, true};
        }
        return node;
    }

    Node node_of(Event& event) const {
        Node node;
        node.style = event.style;
        if (!event.tag.empty() || !event.anchor.empty()) {
            node.properties = std::make_shared<Properties>(Properties{event.tag, event.anchor});
        }
        node.text = std::move(event.text);
        node.span = event.span;
        node.at = map_.position_of(event.span.begin);
        return node;
    }

    Node scalar(Event& event) {
        const Kind kind = kind_of(event);
        if (event.style == Style::Literal || event.style == Style::Folded) {
            event.span.end = end_of_block_scalar(event);
            find_header_comment(event.span);
        }
        solid_.push_back(event.span);
        Node node = node_of(event);
        node.kind = kind;
        return node;
    }

    /// libyaml's span runs on over the last line break and the blank lines behind it. Here it ends with the last line
    /// that has content, be that white space.
    [[nodiscard]] std::size_t end_of_block_scalar(const Event& event) const {
        const std::string_view source = text_.substr(0, event.span.end);
        const std::string_view text = event.text;
        const std::size_t shown = text.find_last_not_of(" \t\n") + 1;  // npos + 1 is the text's begin
        const std::size_t content = text.find_last_not_of('\n') + 1;
        auto lines = std::count(text.begin() + static_cast<std::ptrdiff_t>(std::min(shown, content)),
                                text.begin() + static_cast<std::ptrdiff_t>(content), '\n');
        lines += shown == 0 && content > 0 ? 1 : 0;  // those below the header
        std::size_t end = source.find_last_not_of(" \t\r\n") + 1;
        for (end = std::min(source.find_first_of("\r\n", end), source.size()); lines > 0; --lines) {
            end += source.substr(end, 2) == "\r\n" ? 2 : 1;
            end = std::min(source.find_first_of("\r\n", end), source.size());
        }
        return end;
    }

    /// "key: |  # like this": the only comment inside a scalar's span.
    void find_header_comment(Span span) {
        const std::size_t end = std::min<std::size_t>(text_.find_first_of("\r\n", span.begin), span.end);
        const std::string_view header = text_.substr(span.begin, end - span.begin);
        const std::size_t at = std::min(header.find(" #"), header.find("\t#"));
        if (at != std::string_view::npos) {
            const Span place = {span.begin + at + 1, end};
            header_comments_.push_back(
                {std::string(header.substr(at + 2)), place, map_.position_of(place.begin), true});
        }
    }

    Node collection(Event& event) {
        if (open_.size() >= limits_.depth) {
            fail(event.span.begin, format("nested more than {} levels deep", limits_.depth));
        }
        const bool mapping = event.type == EventType::MappingStart;
        Node node = node_of(event);
        node.kind = mapping ? Kind::Mapping : Kind::Sequence;
        const std::size_t start_end = event.span.end;
        places_.push_back(here());
        open_.push_back({&node, places_.size() - 1});
        const std::size_t end = mapping ? fill_mapping(node) : fill_sequence(node);
        close(node, start_end, end);
        open_.pop_back();
        return node;
    }

    /// A flow collection ends at its bracket; a block one with its last child (libyaml's mark is at the next token).
    void close(Node& node, std::size_t start_end, std::size_t end) const {
        if (node.style == Style::Flow) {
            node.span.end = end;
            return;
        }
        node.span.end = node.children.empty() ? start_end : std::size_t{node.children.back().node()->span.end};
        std::size_t first = node.kind == Kind::Mapping && !node.children.empty()
                                ? begin_of_key(node.children.front().key_span.begin)
                                : start_end;
        // The start of a list at its key's own column ends behind the first dash.
        if (node.kind == Kind::Sequence && (first >= text_.size() || text_[first] != '-')) {
            --first;
        }
        node.indent = map_.position_of(first).column - 1;
    }

    /// Where a block mapping's key begins: at its "?" if there is one.
    [[nodiscard]] std::size_t begin_of_key(std::size_t key) const {
        const std::size_t mark = text_.substr(0, key).find_last_not_of(" \t\r\n");
        const bool alone = mark != std::string_view::npos && text_[mark] == '?' && mark + 1 < key &&
                           (mark == 0 || std::string_view(" \t\r\n").find(text_[mark - 1]) != std::string_view::npos);
        return alone ? mark : key;
    }

    std::size_t fill_mapping(Node& node) {
        Event event = events_.next();
        for (; event.type != EventType::MappingEnd; event = events_.next()) {
            Child child = key(event);
            child.what = value(events_.next());
            node.children.push_back(std::move(child));
        }
        if (const Child* const again = find_repeated_key(node)) {
            const std::string name =
                may_be_named(*again, node.style) ? format("the key {}", quoted(again->key)) : "a key";
            fail(again->key_span.begin, format("{} is here twice in one mapping", name));
        }
        return event.span.end;
    }

    Child key(Event& event) {
        if (event.type != EventType::Scalar) {
            fail(event.span.begin, "a key must be a plain or quoted text, not an alias, a mapping or a sequence");
        }
        const Kind kind = kind_of(event);
        if (kind == Kind::Null) {
            fail(event.span.begin, "a key is missing");
        }
        count(0, event.text.size(), event.span.begin);
        if (!event.anchor.empty()) {
            anchors_[event.anchor] = Anchored{};
            if (aliases_ == Aliases::Expand) {
                Event copy = event;
                Node node = node_of(copy);
                node.kind = kind;
                anchors_[event.anchor] = Anchored{std::move(node), {}, 1, event.text.size(), true};
            }
        }
        solid_.push_back(event.span);
        return {Node{}, std::move(event.text), kind, event.style, event.span, map_.position_of(event.span.begin)};
    }

    std::size_t fill_sequence(Node& node) {
        for (;;) {
            Event event = events_.next();
            if (event.type == EventType::SequenceEnd) {
                return event.span.end;
            }
            node.children.push_back({value(std::move(event)), {}, Kind::String, Style::Plain, {}, {}});
        }
    }

    /// The place of the node that comes next.
    Place here() const {
        return open_.empty() ? Place{kNoCollection, 0} : Place{open_.back().number, open_.back().node->children.size()};
    }

    /// A node that is complete, in a document that is not.
    const Node& node_at(Place place) const {
        std::vector<std::size_t> path;  // upwards
        for (; place.collection != kNoCollection; place = places_[place.collection]) {
            path.push_back(place.index);
        }
        require(!open_.empty(), "an alias stands in a collection");
        const Node* node = open_.front().node;
        std::size_t depth = 0;
        for (auto index = path.rbegin(); index != path.rend(); ++index) {
            ++depth;
            node = *index < node->children.size() ? node->children[*index].node() : open_.at(depth).node;
        }
        return *node;
    }

    Node expand(const Event& event) {
        solid_.push_back(event.span);
        if (aliases_ == Aliases::Refuse) {
            fail(event.span.begin, "aliases are not allowed here", "write the value out");
        }
        const auto found = anchors_.find(event.text);
        if (found == anchors_.end()) {
            fail(event.span.begin, "this alias has no anchor before it", "a text that starts with '*' needs quotes");
        }
        if (!found->second.complete) {
            fail(event.span.begin, "this alias stands inside its own anchor");
        }
        count(found->second.nodes, found->second.bytes, event.span.begin);
        Node copy = found->second.key ? *found->second.key : node_at(found->second.place);
        move_to(copy, event.span, map_.position_of(event.span.begin));
        return copy;
    }

    static void move_to(Node& node, Span span, Position at) {
        node.span = span;
        node.at = at;
        node.aliased = true;
        if (node.properties) {
            node.properties = std::make_shared<Properties>(Properties{node.properties->tag, {}});
        }
        for (Child& child : node.children) {
            child.key_span = span;
            child.key_at = at;
            move_to(std::get<Node>(child.what), span, at);
        }
    }

    std::string_view text_;
    Aliases aliases_;
    Limits limits_;
    SourceMap map_;
    EventReader events_;
    std::vector<Span> solid_;
    std::vector<Comment> header_comments_;
    struct Open {
        const Node* node;
        std::size_t number;
    };
    std::map<std::string, Anchored, std::less<>> anchors_;
    std::vector<Open> open_;     ///< the collections that are being filled, outermost first
    std::vector<Place> places_;  ///< of every collection of this document, by number
    std::size_t nodes_ = 0;
    std::size_t bytes_ = 0;
};

}  // namespace

Document parse_yaml(std::string text, Aliases aliases, const Limits& limits) {
    Document document;
    document.text = std::move(text);
    const std::size_t first_byte = check_encoding(document.text, limits);
    try {
        Builder(document.text, first_byte, aliases, limits).build(document);
    } catch (const Error&) {
        refuse_conflict_markers(document.text);
        throw;
    }
    return document;
}

}  // namespace bestow::document
