#include "sops/yaml_string.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "document/scalar.hpp"
#include "document/utf8.hpp"
#include "document/yaml.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace bestow::sops {
namespace {

constexpr std::uint32_t kNextLine = 0x85;
constexpr std::uint32_t kByteOrderMark = 0xfeff;

bool is_break(std::uint32_t code) {
    return code == '\n' || code == '\r' || code == kNextLine || code == 0x2028 || code == 0x2029;
}

/// yaml.v3 writes only the Basic Multilingual Plane as it is.
bool is_printable(std::uint32_t code) {
    return code == '\n' || (code >= 0x20 && code <= 0x7e) || (code >= 0xa0 && code <= 0xd7ff) ||
           (code >= 0xe000 && code <= 0xfffd && code != kByteOrderMark);
}

bool is_one_of(std::uint32_t code, std::string_view characters) {
    return code < 0x80 && characters.find(static_cast<char>(code)) != std::string_view::npos;
}

/// What libyaml's emitter finds out about a text before it picks a style.
struct Analysis {
    bool plain = true;
    bool single_quoted = true;
    bool literal = true;
};

class Analyzer {
  public:
    explicit Analyzer(std::string_view text) : text_(text) {}

    Analysis run() {
        result_.plain = !text_.starts_with("---") && !text_.starts_with("...");
        while (at_ < text_.size()) {
            const document::Character character = *document::decode_character(text_.substr(at_));
            const std::size_t next = at_ + character.size_bytes;
            const bool blank_follows = next >= text_.size() || text_[next] == ' ' || text_[next] == '\t';
            indicator(character.code, blank_follows);
            kind(character.code);
            space_or_break(character.code, next == text_.size());
            after_blank_ = character.code == ' ' || character.code == '\t' || is_break(character.code);
            at_ = next;
        }
        return result_;
    }

  private:
    void indicator(std::uint32_t code, bool blank_follows) {
        const bool first = at_ == 0;
        const bool special = first ? is_one_of(code, "#,[]{}&*!|>'\"%@`") || (is_one_of(code, "?:-") && blank_follows)
                                   : (code == ':' && blank_follows) || (code == '#' && after_blank_);
        result_.plain = result_.plain && !special;
    }

    void kind(std::uint32_t code) {
        if (code == '\t') {
            result_.plain = result_.single_quoted = false;
        } else if (!is_printable(code)) {
            result_.plain = result_.single_quoted = result_.literal = false;
        }
    }

    void space_or_break(std::uint32_t code, bool last) {
        const bool first = at_ == 0;
        if (code == ' ') {
            result_.plain = result_.plain && !first && !last && !after_break_;
            result_.single_quoted = result_.single_quoted && !after_break_;
            result_.literal = result_.literal && !last;
        } else if (is_break(code)) {
            result_.plain = false;
            result_.single_quoted = result_.single_quoted && !after_space_;
            result_.literal = result_.literal && !after_space_;
        }
        after_space_ = code == ' ';
        after_break_ = is_break(code);
    }

    std::string_view text_;
    std::size_t at_ = 0;
    bool after_blank_ = true;
    bool after_space_ = false;
    bool after_break_ = false;
    Analysis result_;
};

/// What YAML 1.1 takes for a boolean.
bool is_old_boolean(std::string_view text) {
    constexpr std::array<std::string_view, 16> words = {"y", "Y", "yes", "Yes", "YES", "on",  "On",  "ON",
                                                        "n", "N", "no",  "No",  "NO",  "off", "Off", "OFF"};
    return std::find(words.begin(), words.end(), text) != words.end();
}

/// [-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?
bool is_base_60(std::string_view text) {
    constexpr std::string_view digits = "0123456789";
    const auto take = [&text](std::string_view set) {
        const std::size_t count = std::min(text.find_first_not_of(set), text.size());
        text.remove_prefix(count);
        return count;
    };
    if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
        text.remove_prefix(1);
    }
    if (text.empty() || digits.find(text.front()) == std::string_view::npos) {
        return false;
    }
    take("0123456789_");
    std::size_t groups = 0;
    while (!text.empty() && text.front() == ':') {
        text.remove_prefix(1);
        const char first = text.empty() ? ':' : text.front();
        const std::size_t count = take(digits);
        if (count == 0 || count > 2 || (count == 2 && first > '5')) {
            return false;
        }
        ++groups;
    }
    if (!text.empty() && text.front() == '.') {
        text.remove_prefix(1);
        take("0123456789_");
    }
    return groups > 0 && text.empty();
}

std::optional<char> short_escape(std::uint32_t code) {
    constexpr std::array<std::pair<std::uint32_t, char>, 15> escapes = {{{0x00, '0'},
                                                                         {0x07, 'a'},
                                                                         {0x08, 'b'},
                                                                         {0x09, 't'},
                                                                         {0x0a, 'n'},
                                                                         {0x0b, 'v'},
                                                                         {0x0c, 'f'},
                                                                         {0x0d, 'r'},
                                                                         {0x1b, 'e'},
                                                                         {'"', '"'},
                                                                         {'\\', '\\'},
                                                                         {kNextLine, 'N'},
                                                                         {0xa0, '_'},
                                                                         {0x2028, 'L'},
                                                                         {0x2029, 'P'}}};
    for (const auto& [escaped, letter] : escapes) {
        if (escaped == code) {
            return letter;
        }
    }
    return std::nullopt;
}

void append_double_quoted(SecretBuilder& out, std::string_view text) {
    // A text that begins with a byte-order mark is escaped from its first to its last character there.
    const bool everything = text.starts_with("\xef\xbb\xbf");
    out.append(std::string_view("\""));
    std::size_t begin = 0;
    for (std::size_t at = 0; at < text.size();) {
        const document::Character character = *document::decode_character(text.substr(at));
        const std::uint32_t code = character.code;
        if (everything || !is_printable(code) || is_break(code) || code == '"' || code == '\\') {
            out.append(text.substr(begin, at - begin));
            begin = at + character.size_bytes;
            if (const auto letter = short_escape(code)) {
                out.append(format("\\{}", *letter));
            } else {
                out.append(code <= 0xff     ? format("\\x{:02X}", code)
                           : code <= 0xffff ? format("\\u{:04X}", code)
                                            : format("\\U{:08X}", code));
            }
        }
        at += character.size_bytes;
    }
    out.append(text.substr(begin));
    out.append(std::string_view("\""));
}

void append_single_quoted(SecretBuilder& out, std::string_view text) {
    out.append(std::string_view("'"));
    for (;;) {
        const std::size_t quote = text.find('\'');
        out.append(text.substr(0, quote));
        if (quote == std::string_view::npos) {
            break;
        }
        out.append(std::string_view("''"));
        text.remove_prefix(quote + 1);
    }
    out.append(std::string_view("'"));
}

}  // namespace

StringStyle string_style(std::string_view text) {
    const Analysis analysis = Analyzer(text).run();
    if (text.find('\n') != std::string_view::npos) {
        return analysis.literal ? StringStyle::Literal : StringStyle::DoubleQuoted;
    }
    if (document::resolve_plain_scalar(text) != document::Kind::String || is_base_60(text) || is_old_boolean(text)) {
        return StringStyle::DoubleQuoted;
    }
    if (analysis.plain) {
        return StringStyle::Plain;
    }
    const bool has_other_break = text.find("\xe2\x80\xa8") != std::string_view::npos ||  // would be folded
                                 text.find("\xe2\x80\xa9") != std::string_view::npos;
    return analysis.single_quoted && !has_other_break ? StringStyle::SingleQuoted : StringStyle::DoubleQuoted;
}

bool has_line_break(std::string_view text) {
    while (!text.empty()) {
        const document::Character character = *document::decode_character(text);
        if (is_break(character.code)) {
            return true;
        }
        text.remove_prefix(character.size_bytes);
    }
    return false;
}

void append_string(SecretBuilder& out, std::string_view text, StringStyle style) {
    require(style != StringStyle::Literal, "a literal block has lines of its own");
    if (style == StringStyle::Plain) {
        out.append(text);
    } else if (style == StringStyle::SingleQuoted) {
        append_single_quoted(out, text);
    } else {
        append_double_quoted(out, text);
    }
}

std::string_view literal_header(std::string_view text) {
    if (!text.ends_with('\n')) {
        return "|-";
    }
    return text == "\n" || text.ends_with("\n\n") ? "|+" : "|";
}

}  // namespace bestow::sops
