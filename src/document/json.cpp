#include "document/json.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "document/conflict_marker.hpp"
#include "document/repeated_key.hpp"
#include "document/scalar.hpp"
#include "document/source_map.hpp"
#include "document/utf8.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

namespace bestow::document {
namespace {

constexpr std::string_view kDigits = "0123456789";

class JsonReader {
  public:
    JsonReader(std::string_view text, const Limits& limits) : text_(text), limits_(limits), map_(text, 0) {}

    Node read() {
        Node root = value();
        skip_blanks();
        if (at_ < text_.size()) {
            fail("there is text behind the JSON value");
        }
        return root;
    }

  private:
    [[noreturn]] void fail(std::string_view problem) const {
        const Position at = map_.position_of(at_);
        throw Error(ErrorKind::Format, format("line {}, column {}: {}", at.line, at.column, problem));
    }

    void skip_blanks() {
        while (at_ < text_.size() &&
               (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) {
            ++at_;
        }
    }

    bool take(char character) {
        const bool there = at_ < text_.size() && text_[at_] == character;
        at_ += there ? 1 : 0;
        return there;
    }

    Node value() {
        skip_blanks();
        if (++nodes_ > limits_.nodes) {
            fail("the document has too many values");
        }
        Node node;
        node.span.begin = at_;
        node.at = map_.position_of(at_);
        switch (at_ < text_.size() ? text_[at_] : '\0') {
            case '{':
                collection(node, Kind::Mapping);
                break;
            case '[':
                collection(node, Kind::Sequence);
                break;
            case '"':
                node.kind = Kind::String;
                node.style = Style::DoubleQuoted;
                node.text = string();
                break;
            default:
                plain(node);
        }
        node.span.end = at_;
        return node;
    }

    void collection(Node& node, Kind kind) {
        if (++depth_ > limits_.depth) {
            fail(format("nested more than {} levels deep", limits_.depth));
        }
        node.kind = kind;
        node.style = Style::Flow;
        const char closing = kind == Kind::Mapping ? '}' : ']';
        ++at_;
        skip_blanks();
        if (!take(closing)) {
            do {
                node.children.push_back(child(kind));
                skip_blanks();
            } while (take(','));
            if (!take(closing)) {
                fail(format("expected ',' or '{}'", closing));
            }
        }
        if (const Child* const again = kind == Kind::Mapping ? find_repeated_key(node) : nullptr) {
            at_ = again->key_span.begin;
            fail(format("the key {} is here twice in one object", quoted(again->key)));
        }
        --depth_;
    }

    Child child(Kind parent) {
        Child child;
        if (parent == Kind::Mapping) {
            skip_blanks();
            child.key_at = map_.position_of(at_);
            child.key_span.begin = at_;
            if (at_ >= text_.size() || text_[at_] != '"') {
                fail("expected a key in double quotes");
            }
            child.key_style = Style::DoubleQuoted;
            child.key = string();
            child.key_span.end = at_;
            skip_blanks();
            if (!take(':')) {
                fail("expected ':'");
            }
        }
        child.what = value();
        return child;
    }

    std::string string() {
        std::string result;
        ++at_;
        for (;;) {
            const std::size_t end = end_of_run();
            result.append(text_.substr(at_, end - at_));
            at_ = end;
            if (take('"')) {
                return result;
            }
            if (!take('\\')) {
                fail(at_ < text_.size() ? "a control character in a string must be escaped"
                                        : "the string does not end");
            }
            escape(result);
        }
    }

    /// Of what stands for itself in a string.
    [[nodiscard]] std::size_t end_of_run() const {
        std::size_t end = at_;
        while (end < text_.size() && text_[end] != '"' && text_[end] != '\\' &&
               static_cast<unsigned char>(text_[end]) >= 0x20) {
            ++end;
        }
        return end;
    }

    void escape(std::string& result) {
        constexpr std::string_view names = "\"\\/bfnrt";
        constexpr std::string_view values = "\"\\/\b\f\n\r\t";
        const char name = at_ < text_.size() ? text_[at_] : '\0';
        if (const std::size_t index = names.find(name); index != std::string_view::npos) {
            result += values[index];
            ++at_;
            return;
        }
        if (!take('u')) {
            fail("an unknown escape in a string");
        }
        std::uint32_t code = four_digits();
        if (code >= 0xd800 && code <= 0xdbff && text_.substr(at_, 2) == "\\u") {
            at_ += 2;
            const std::uint32_t low = four_digits();
            code = low >= 0xdc00 && low <= 0xdfff ? 0x10000 + ((code - 0xd800) << 10U) + (low - 0xdc00) : 0xd800;
        }
        if (code >= 0xd800 && code <= 0xdfff) {
            fail("half of a surrogate pair in a string");
        }
        append_utf8(result, code);
    }

    std::uint32_t four_digits() {
        std::uint32_t code = 0;
        const std::string_view digits = text_.substr(at_, 4);
        const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
        if (digits.size() != 4 || failure != std::errc() || end != digits.data() + 4) {
            fail("\\u needs four hexadecimal digits");
        }
        at_ += 4;
        return code;
    }

    void plain(Node& node) {
        const std::size_t end = std::min(text_.find_first_of(" \t\r\n,]}", at_), text_.size());
        const std::string_view word = text_.substr(at_, end - at_);
        if (word == "true" || word == "false") {
            node.kind = Kind::Boolean;
        } else if (word == "null") {
            node.kind = Kind::Null;
        } else if (is_number(word)) {
            const bool whole = word.find_first_of(".eE") == std::string_view::npos;
            const ResolvedScalar resolved = resolve_scalar_text(word);
            node.kind = whole && resolved.kind == Kind::Integer && !resolved.beyond_int64 ? Kind::Integer : Kind::Float;
        } else {
            fail(at_ < text_.size() ? "expected a JSON value" : "the document ends too early");
        }
        node.text = std::string(word);
        at_ = end;
    }

    static bool is_number(std::string_view word) {
        const auto digits = [&word] {
            const std::size_t count = std::min(word.find_first_not_of(kDigits), word.size());
            word.remove_prefix(count);
            return count;
        };
        const auto one_of = [&word](std::string_view set) {
            const bool there = !word.empty() && set.find(word.front()) != std::string_view::npos;
            word.remove_prefix(there ? 1 : 0);
            return there;
        };
        one_of("-");
        const bool leading_zero = !word.empty() && word.front() == '0';
        const std::size_t whole = digits();
        if (whole == 0 || (leading_zero && whole > 1) || (one_of(".") && digits() == 0)) {
            return false;
        }
        if (one_of("eE")) {
            one_of("+-");
            if (digits() == 0) {
                return false;
            }
        }
        return word.empty();
    }

    std::string_view text_;
    Limits limits_;
    SourceMap map_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;
    std::size_t nodes_ = 0;
};

/// What stands for the character at `at` in a string literal; empty when it stands for itself.
std::string_view json_escape(std::string_view text, std::size_t at) {
    static const std::array<std::string, 0x80> escapes = [] {
        std::array<std::string, 0x80> table;
        for (std::size_t code = 0; code < 0x20; ++code) {
            table.at(code) = format("\\u{:04x}", code);
        }
        for (const char code : {'<', '>', '&'}) {
            table.at(static_cast<std::size_t>(code)) = format("\\u{:04x}", static_cast<int>(code));
        }
        table['"'] = "\\\"";
        table['\\'] = "\\\\";
        table['\b'] = "\\b";
        table['\f'] = "\\f";
        table['\n'] = "\\n";
        table['\r'] = "\\r";
        table['\t'] = "\\t";
        return table;
    }();
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x80) {
        return escapes.at(byte);
    }
    const std::string_view three = text.substr(at, 3);
    return three == "\xe2\x80\xa8" ? "\\u2028" : three == "\xe2\x80\xa9" ? "\\u2029" : "";
}

}  // namespace

Document parse_json(std::string text, const Limits& limits) {
    if (text.size() > limits.size_bytes) {
        throw Error(ErrorKind::Format,
                    format("the document has {} bytes; the limit is {}", text.size(), limits.size_bytes));
    }
    if (!is_utf8(text)) {
        throw Error(ErrorKind::Format, "the document is not UTF-8");
    }
    Document document;
    document.text = std::move(text);
    try {
        document.roots.push_back(JsonReader(document.text, limits).read());
    } catch (const Error&) {
        refuse_conflict_markers(document.text);
        throw;
    }
    document.ends.push_back(document.text.size());
    return document;
}

void append_json_string(SecretBuilder& out, std::string_view value, NotUtf8 otherwise) {
    if (otherwise == NotUtf8::Refuse && !is_utf8(value)) {
        throw Error(ErrorKind::Format, "a text that is not UTF-8 cannot be written as a JSON string");
    }
    out.append(std::string_view("\""));
    std::size_t plain = 0;
    for (std::size_t at = 0; at < value.size();) {
        const bool is_ascii = static_cast<unsigned char>(value[at]) < 0x80;
        const std::optional<Character> character = is_ascii ? Character{0, 1} : decode_character(value.substr(at));
        const std::string_view escape = character ? json_escape(value, at) : "\\ufffd";
        const std::size_t end = at + (character ? character->size_bytes : 1);
        if (!escape.empty()) {
            out.append(value.substr(plain, at - plain));
            out.append(escape);
            plain = end;
        }
        at = end;
    }
    out.append(value.substr(plain));
    out.append(std::string_view("\""));
}

std::string emit_json_string(std::string_view value) {
    SecretBuilder out;
    append_json_string(out, value);
    std::string text = to_text(out.view());
    for (std::size_t at = 0; (at = text.find('\x7f', at)) != std::string::npos;) {
        text.replace(at, 1, "\\u007f");
    }
    return text;
}

std::string json_number_text(double value) {
    const double size = std::fabs(value);
    if (size == 0 || (size >= 1e-6 && size < 1e21)) {
        return float_text(value);
    }
    std::string text = float_text_with_exponent(value);
    const std::size_t exponent = text.find("e-0");
    return exponent != std::string::npos ? text.erase(exponent + 2, 1) : text;
}

}  // namespace bestow::document
