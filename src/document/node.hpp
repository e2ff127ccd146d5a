#pragma once
/// The one document model: what YAML, JSON, dotenv, INI and binary documents are to the layers above. A tree of typed
/// scalars, mappings and sequences with comments in their places, where every piece knows its bytes in the source text,
/// so that edits splice and never re-emit. Parsers are strict and bounded: size, depth, count, duplicate keys.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace bestow::document {

/// A place in a text of less than 4 GiB, which every parser's limit sees to: half the room, in trees of many values.
class Offset {
  public:
    constexpr Offset(std::size_t value = 0) : value_(static_cast<std::uint32_t>(value)) {}  // NOLINT: is one
    constexpr operator std::size_t() const { return value_; }                               // NOLINT: is one
    constexpr Offset& operator+=(std::size_t more) { return *this = value_ + more; }
    constexpr Offset& operator-=(std::size_t less) { return *this = value_ - less; }

  private:
    std::uint32_t value_;
};

/// Bytes [begin, end) of the source text.
struct Span {
    Offset begin;
    Offset end;
};

/// For messages; both count from 1, columns in characters.
struct Position {
    std::uint32_t line = 0;
    std::uint32_t column = 0;

    constexpr Position() = default;
    constexpr Position(std::size_t at_line, std::size_t at_column)
        : line(static_cast<std::uint32_t>(at_line)), column(static_cast<std::uint32_t>(at_column)) {}
};

enum class Kind : std::uint8_t { Null, Boolean, Integer, Float, Timestamp, String, Mapping, Sequence };
enum class Style : std::uint8_t { Plain, SingleQuoted, DoubleQuoted, Literal, Folded, Block, Flow };

/// Text after the first '#', without it and without the line break.
struct Comment {
    std::string text;
    Span span;  ///< from '#' to the end of its text
    Position at;
    bool trails_value = false;  ///< stands behind a value on the same line
};

struct Child;

/// What few nodes have.
struct Properties {
    std::string tag;     ///< as given, "!!str" or "!custom"; empty when there is none
    std::string anchor;  ///< without '&'
};

struct Node {
    Kind kind = Kind::Null;
    Style style = Style::Plain;
    bool aliased = false;  ///< expanded from an alias: every span in it is the alias's
    Offset indent;         ///< block mappings and sequences: the column of keys or dashes, from 0, in characters
    Span span;             ///< the whole value, with tag and anchor; zero width for an empty value
    Position at;
    std::shared_ptr<const Properties> properties;  ///< null in most nodes
    /// Scalars: the decoded text as written ("0x1F", "yes", "2001-01-01"); kind says what it resolves to.
    std::string text;
    /// Mappings and sequences: children and comments in document order.
    std::vector<Child> children;

    [[nodiscard]] std::string_view tag() const { return properties ? properties->tag : std::string_view(); }
    [[nodiscard]] bool is_scalar() const { return kind != Kind::Mapping && kind != Kind::Sequence; }
    /// The value under `key` in a mapping, or nullptr.
    [[nodiscard]] const Node* find(std::string_view key) const;
};

/// A comment, or a value (with a key when the parent is a mapping).
struct Child {
    std::variant<Comment, Node> what;
    std::string key;
    Kind key_kind = Kind::String;  ///< what the key's text resolves to; SOPS takes strings alone
    Style key_style = Style::Plain;
    Span key_span;
    Position key_at;

    [[nodiscard]] const Node* node() const { return std::get_if<Node>(&what); }
    [[nodiscard]] const Comment* comment() const { return std::get_if<Comment>(&what); }
};

/// Limits of a parser; the defaults suit files that people keep in git.
struct Limits {
    std::size_t size_bytes = std::size_t{64} * 1024 * 1024;
    std::size_t depth = 100;
    std::size_t nodes = 2'000'000;
};

/// A parsed text: `roots` holds one node a document ("---"); the text is kept, for splicing.
struct Document {
    std::string text;
    std::vector<Node> roots;
    /// Where each root's document ends: at its "...", at the next "---", or at the end of the text.
    std::vector<std::size_t> ends;
};

}  // namespace bestow::document
