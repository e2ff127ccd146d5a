#include "document/ini.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "document/conflict_marker.hpp"
#include "document/ini_comment.hpp"
#include "document/source_map.hpp"
#include "document/white_space.hpp"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

namespace bestow::document {
namespace {

constexpr std::string_view kTriple = "\"\"\"";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kMarks = "#;";
constexpr auto kNone = std::string_view::npos;

bool is_mark(char character) {
    return kMarks.find(character) != kNone;
}

class IniReader {
  public:
    IniReader(std::string_view text, const Limits& limits)
        : text_(text), limits_(limits), at_(text.substr(0, 3) == kByteOrderMark ? 3 : 0), map_(text, at_) {}

    Node read() {
        root_.kind = Kind::Mapping;
        root_.style = Style::Block;
        root_.span = {0, text_.size()};
        root_.at = {1, 1};
        while (at_ < text_.size()) {
            const Span line = take_line();
            const std::size_t begin = line.begin + leading_space(slice(line));
            if (begin >= line.end) {
                continue;
            }
            if (is_mark(text_[begin])) {
                comment_line({begin, line.end});
            } else if (text_[begin] == '[') {
                header({begin, line.end});
            } else {
                member({begin, line.end});
            }
        }
        attach_block(root_);
        return std::move(root_);
    }

  private:
    [[noreturn]] void fail(std::size_t byte, std::string_view problem, std::string hint = {}) const {
        const Position at = map_.position_of(byte);
        throw Error(ErrorKind::Format, format("line {}, column {}: {}", at.line, at.column, problem), std::move(hint));
    }

    [[nodiscard]] std::string_view slice(Span span) const {
        return text_.substr(span.begin, std::max(span.begin, span.end) - span.begin);
    }

    /// The next line, without its LF.
    Span take_line() {
        const Span line{at_, std::min(text_.find('\n', at_), text_.size())};
        at_ = std::min(line.end + 1, text_.size());
        return line;
    }

    [[nodiscard]] Span trimmed(Span span) const {
        span.end -= trailing_space(slice(span));
        span.begin += leading_space(slice(span));
        return span;
    }

    void count() {
        if (++nodes_ > limits_.nodes) {
            fail(at_, "the document has too many keys");
        }
    }

    // Comments

    void comment_line(Span line) { block_ = Span{block_ ? block_->begin : line.begin, trimmed(line).end}; }

    void attach(Node& parent, Span span) {
        count();
        const std::string_view indentation = ini_comment_indentation(text_, span).value_or(std::string_view());
        Child child;
        child.what = Comment{ini_comment_text(slice(span), indentation), span, map_.position_of(span.begin), false};
        parent.children.push_back(std::move(child));
    }

    void attach_block(Node& parent) {
        if (block_) {
            attach(parent, *block_);
        }
        block_.reset();
    }

    /// What stands behind a header or a closing quote: nothing, or a comment.
    std::optional<Span> comment_behind(Span rest, std::string_view what) {
        rest = trimmed(rest);
        if (rest.begin >= rest.end) {
            return std::nullopt;
        }
        if (!is_mark(text_[rest.begin])) {
            fail(rest.begin, format("there is text behind {}, which SOPS would drop", what));
        }
        return rest;
    }

    // Sections

    void header(Span line) {
        const std::size_t close = slice(line).rfind(']');
        if (close == kNone) {
            fail(line.begin, "the section's header has no ']'");
        }
        const Span name{line.begin + 1, line.begin + close};
        const std::string_view text = slice(name);
        if (text.empty()) {
            fail(line.begin, "the section has no name");
        }
        if (const std::size_t first = text.find(']'); first != kNone && text.find_first_of(kMarks, first) != kNone) {
            fail(line.begin, "SOPS reads a header up to the last ']' of its line, which is in a comment here",
                 "put the comment above the header");
        }
        const std::optional<Span> behind = comment_behind({name.end + 1, line.end}, "the header");
        Node& section = open_section(name);
        section.span = {line.begin, name.end + 1};
        attach_block(section);
        if (behind) {
            attach(section, *behind);
        }
    }

    Node& open_section(Span name) {
        count();
        Child child;
        child.key = name.begin == name.end ? kIniDefaultSection : slice(name);
        child.key_span = name;
        child.key_at = map_.position_of(name.begin);
        Node section;
        section.kind = Kind::Mapping;
        section.style = Style::Block;
        section.at = child.key_at;
        section.span = name;
        child.what = std::move(section);
        root_.children.push_back(std::move(child));
        lines_of_keys_.clear();
        return std::get<Node>(root_.children.back().what);
    }

    Node& section() {
        return root_.children.empty() ? open_section({at_of_line_, at_of_line_})
                                      : std::get<Node>(root_.children.back().what);
    }

    // Keys and values

    void member(Span line) {
        at_of_line_ = line.begin;
        Child child;
        child.key_at = map_.position_of(line.begin);
        const std::size_t delimiter = read_key(line, child);
        check_key(child);
        Node& section = this->section();
        const auto [first, is_new] = lines_of_keys_.try_emplace(child.key, child.key_at.line);
        if (!is_new) {
            fail(line.begin,
                 format("the key {} is here again; it is on line {} already", quoted(child.key), first->second),
                 "keep one of the lines; SOPS would take the last one alone");
        }
        count();
        std::optional<Span> behind;
        child.what = read_value({delimiter + 1, line.end}, behind);
        section.span.end = child.node()->span.end;
        section.children.push_back(std::move(child));
        attach_block(section);
        if (behind) {
            attach(section, *behind);
        }
    }

    /// Where the delimiter is.
    std::size_t read_key(Span line, Child& child) {
        const std::string_view text = slice(line);
        std::string_view quotes;
        if (text.front() == '"' || text.front() == '`') {
            quotes = text.substr(0, text.size() > 6 && text.substr(0, 3) == kTriple ? 3 : 1);
        }
        const std::size_t close = quotes.empty() ? 0 : text.find(quotes, quotes.size());
        if (close == kNone) {
            fail(line.begin, "the key's quotes do not end");
        }
        const std::size_t behind = close + quotes.size();
        const std::size_t delimiter = text.find_first_of("=:", behind);
        if (delimiter == kNone) {
            fail(line.begin, "there is no '=' or ':', so this is no key with a value, no header and no comment",
                 "a key without a value is written with a '='");
        }
        child.key_span = trimmed({line.begin, line.begin + (quotes.empty() ? delimiter : behind)});
        if (quotes.empty()) {
            child.key = slice(child.key_span);
            return line.begin + delimiter;
        }
        child.key_style = Style::DoubleQuoted;
        child.key = trim_space(text.substr(quotes.size(), close - quotes.size()));
        if (!trim_space(text.substr(behind, delimiter - behind)).empty()) {
            fail(line.begin + behind, "there is text between the key's quotes and its '=', which SOPS would drop");
        }
        return line.begin + delimiter;
    }

    void check_key(const Child& child) const {
        if (child.key.empty()) {
            fail(child.key_span.begin, "there is no key before the '='");
        }
        if (child.key == "-" || is_mark(child.key.front()) || child.key.front() == '[' ||
            (child.key.find('`') != kNone && child.key.find_first_of("\"=:") != kNone)) {
            fail(child.key_span.begin,
                 format("SOPS writes the key {} in a way that it does not read back", quoted(child.key)),
                 "give it another name");
        }
    }

    Node read_value(Span rest, std::optional<Span>& behind) {
        Node node;
        node.kind = Kind::String;
        const Span value = trimmed(rest);
        const std::string_view text = slice(value);
        if (value.begin >= value.end) {
            const std::size_t at = rest.begin + (slice(rest).substr(0, 1) == " " ? 1 : 0);
            node.span = {at, at};
        } else if (text.front() == '`' || (text.substr(0, 3) == kTriple)) {
            node.style = Style::Literal;
            read_quoted(node, {value.begin, rest.end}, behind);
        } else if (text.back() == '\\') {
            read_continued(node, value);
        } else {
            read_plain(node, value, behind);
            if (node.span.begin == node.span.end) {
                node.span = {rest.begin, rest.begin};  // the white space stays before the comment
            }
        }
        node.at = map_.position_of(node.span.begin);
        return node;
    }

    /// `...` and """...""", which may go over several lines.
    void read_quoted(Node& node, Span first, std::optional<Span>& behind) {
        const std::string_view quotes = text_.substr(first.begin, text_[first.begin] == '`' ? 1 : 3);
        const std::size_t begin = first.begin + quotes.size();
        Span line{begin, first.end};
        std::size_t close = slice(line).rfind(quotes);
        while (close == kNone) {
            if (at_ >= text_.size()) {
                fail(first.begin, "the quotes do not end");
            }
            line = take_line();
            close = slice(line).rfind(quotes);
        }
        const std::size_t end = line.begin + close;
        node.span = {first.begin, end + quotes.size()};
        node.text = slice({begin, end});
        if (node.text.find(quotes) != kNone) {
            fail(begin, "there are more than two quotes on the line where the value ends, and SOPS takes the last one");
        }
        const Span rest = trimmed({node.span.end, line.end});
        if (rest.begin < rest.end && text_[rest.end - 1] == '\\') {
            fail(rest.begin, "a backslash ends the line behind the quotes");
        }
        behind = comment_behind(rest, "the closing quotes");
    }

    /// The lines that a backslash joins, each trimmed.
    void read_continued(Node& node, Span value) {
        node.span = value;
        node.text = slice({value.begin, value.end - 1});
        while (at_ < text_.size()) {
            const Span next = trimmed(take_line());
            if (next.begin >= next.end) {
                break;
            }
            if (is_mark(text_[next.begin]) || text_[next.begin] == '[') {
                fail(next.begin, "the line above ends with a backslash, so that SOPS takes this one for a part of it",
                     "put the value above into backquotes: `...`");
            }
            node.text += slice(next);
            node.span.end = next.end;
            if (node.text.back() != '\\') {
                return;
            }
            node.text.pop_back();
        }
        fail(value.begin,
             "the value ends with a backslash and nothing to continue it, so that SOPS would drop the "
             "backslash",
             "put the value into backquotes: `...`");
    }

    void read_plain(Node& node, Span value, std::optional<Span>& behind) {
        if (const std::size_t mark = slice(value).find_first_of(kMarks); mark != kNone) {
            const std::size_t byte = value.begin + mark;
            check_mark(value, byte);
            behind = Span{byte, value.end};
            value.end = byte - trailing_space(slice({value.begin, byte}));
        }
        const std::string_view text = slice(value);
        const bool quoted = text.size() >= 2 && (text.front() == '\'' || text.front() == '"') &&
                            text.find(text.front(), 1) == text.size() - 1;
        if (quoted) {
            node.style = text.front() == '"' ? Style::DoubleQuoted : Style::SingleQuoted;
        }
        node.span = value;
        node.text = quoted ? text.substr(1, text.size() - 2) : text;
    }

    /// A '#' or ';' in a value without backquotes begins a comment for SOPS; here only where it looks like one.
    void check_mark(Span value, std::size_t byte) const {
        const std::string_view before = slice({value.begin, byte});
        const char first = text_[value.begin];
        const bool in_quotes = (first == '"' || first == '\'') && before.find(first, 1) == kNone;
        const bool apart = before.empty() ? text_.substr(byte + 1, 1) == " " : trailing_space(before) > 0;
        if (in_quotes || !apart) {
            fail(byte,
                 format("SOPS takes the '{}' and what follows it for a comment, so that the value would lose it",
                        text_[byte]),
                 "put the value into backquotes: `...`; before a comment, put a space");
        }
    }

    std::string_view text_;
    Limits limits_;
    std::size_t at_;
    SourceMap map_;
    Node root_;
    std::size_t nodes_ = 0;
    std::size_t at_of_line_ = 0;
    std::optional<Span> block_;  ///< the comment lines above what comes next
    std::unordered_map<std::string, std::size_t> lines_of_keys_;
};

}  // namespace

Document parse_ini(std::string text, const Limits& limits) {
    if (text.size() > limits.size_bytes) {
        throw Error(ErrorKind::Format,
                    format("the document has {} bytes; the limit is {}", text.size(), limits.size_bytes));
    }
    if (const std::size_t nul = text.find('\0'); nul != std::string::npos) {
        const auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(nul), '\n') + 1;
        throw Error(ErrorKind::Format, format("line {}: a NUL byte, which no INI file can hold", line),
                    "if this is UTF-16, save it as UTF-8");
    }
    Document document;
    document.text = std::move(text);
    try {
        document.roots.push_back(IniReader(document.text, limits).read());
    } catch (const Error&) {
        refuse_conflict_markers(document.text);
        throw;
    }
    document.ends.push_back(document.text.size());
    return document;
}

}  // namespace bestow::document
