#include "base/error.hpp"
#include "base/format.hpp"
#include "base/secret_bytes.hpp"
#include "document/scalar.hpp"
#include "document/utf8.hpp"
#include "document/yaml.hpp"

#include <algorithm>
#include <array>

namespace bestow::document {
namespace {

bool is_plain_character(char character, bool flow) {
    const auto byte = static_cast<unsigned char>(character);
    if ((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') || byte >= 0x80) {
        return true;
    }
    return std::string_view("_-/.+@=~%()$ ").find(character) != std::string_view::npos || (character == ':' && !flow);
}

/// Words that other YAML readers take for booleans, and the merge key; "1:30" is a number in base 60 to some.
bool is_ambiguous_word(std::string_view value) {
    constexpr std::array<std::string_view, 8> words = {"y", "n", "yes", "no", "on", "off", "<<", "="};
    std::string lower(value.substr(0, 4));
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    if (value.size() <= 3 && std::find(words.begin(), words.end(), lower) != words.end()) {
        return true;
    }
    return value.find_first_not_of("0123456789:._+-") == std::string_view::npos;
}

bool is_safe_plain(std::string_view value, bool flow) {
    if (value.empty() || value.size() > 1000 || resolve_plain_scalar(value) != Kind::String ||
        is_ambiguous_word(value)) {
        return false;
    }
    const auto first = static_cast<unsigned char>(value.front());
    const bool good_start = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') ||
                            (first >= '0' && first <= '9') || first == '_' || first == '/' || first >= 0x80;
    return good_start && value.back() != ' ' && value.back() != ':' && value.find(": ") == std::string_view::npos &&
           std::all_of(value.begin(), value.end(), [flow](char c) { return is_plain_character(c, flow); });
}

void append_escaped(SecretBuilder& out, const Character& character, std::string_view bytes) {
    switch (character.code) {
        case '"':
            out.append(std::string_view("\\\""));
            return;
        case '\\':
            out.append(std::string_view("\\\\"));
            return;
        case '\n':
            out.append(std::string_view("\\n"));
            return;
        case '\r':
            out.append(std::string_view("\\r"));
            return;
        case '\t':
            out.append(std::string_view("\\t"));
            return;
        default:
            if (is_printable(character.code)) {
                out.append(bytes);
            } else if (character.code <= 0xff) {
                out.append(format("\\x{:02x}", character.code));
            } else {
                out.append(format("\\u{:04x}", character.code));
            }
    }
}

void append_double_quoted(SecretBuilder& out, std::string_view value) {
    out.append(std::string_view("\""));
    std::size_t plain_begin = 0;
    for (std::size_t at = 0; at < value.size();) {
        const Character character = *decode_character(value.substr(at));
        const bool special = character.code == '"' || character.code == '\\' || !is_printable(character.code);
        if (special) {
            out.append(value.substr(plain_begin, at - plain_begin));
            append_escaped(out, character, value.substr(at, character.size_bytes));
            plain_begin = at + character.size_bytes;
        }
        at += character.size_bytes;
    }
    out.append(value.substr(plain_begin));
    out.append(std::string_view("\""));
}

void append_single_quoted(SecretBuilder& out, std::string_view value) {
    out.append(std::string_view("'"));
    for (;;) {
        const std::size_t quote = value.find('\'');
        out.append(value.substr(0, quote));
        if (quote == std::string_view::npos) {
            break;
        }
        out.append(std::string_view("''"));
        value.remove_prefix(quote + 1);
    }
    out.append(std::string_view("'"));
}

}  // namespace

void append_yaml_string(SecretBuilder& out, std::string_view value, bool flow) {
    if (!is_utf8(value)) {
        throw Error(ErrorKind::Format, "a text that is not UTF-8 cannot be written as a YAML string");
    }
    bool printable = true;
    for (std::size_t at = 0; at < value.size() && printable;) {
        const Character character = *decode_character(value.substr(at));
        printable = is_printable(character.code);
        at += character.size_bytes;
    }
    if (!printable) {
        append_double_quoted(out, value);
    } else if (is_safe_plain(value, flow)) {
        out.append(value);
    } else if (value.find('\\') == std::string_view::npos && value.find('"') == std::string_view::npos) {
        append_double_quoted(out, value);
    } else {
        append_single_quoted(out, value);
    }
}

std::string emit_yaml_string(std::string_view value, bool flow) {
    SecretBuilder builder;
    append_yaml_string(builder, value, flow);
    return to_text(builder.view());
}

}  // namespace bestow::document
