#include "sops/yaml_scalar.hpp"

#include "base/text.hpp"
#include "codec/base64.hpp"
#include "document/scalar.hpp"
#include "document/utf8.hpp"
#include "document/yaml.hpp"

#include <optional>

namespace bestow::sops {
namespace {

/// A literal block says exactly this: several lines, printable, with no doubt about indentation or the last breaks.
bool fits_literal(std::string_view text) {
    const bool one_break_at_most = text.size() < 2 || text.substr(text.size() - 2) != "\n\n";
    if (text.find('\n') == std::string_view::npos || !one_break_at_most ||
        std::string_view(" \t\n").find(text.front()) != std::string_view::npos) {
        return false;
    }
    while (!text.empty()) {
        const std::optional<document::Character> character = document::decode_character(text);
        if (!character ||
            (!document::is_printable(character->code) && character->code != '\n' && character->code != '\t')) {
            return false;
        }
        text.remove_prefix(character->size_bytes);
    }
    return true;
}

void append_literal(SecretBuilder& out, std::string_view text, const ScalarPlace& place) {
    const bool ends_with_break = text.back() == '\n';
    out.append(std::string_view(ends_with_break ? "|" : "|-"));
    if (ends_with_break) {
        text.remove_suffix(1);
    }
    const std::string margin(place.indent, ' ');
    for (const std::string_view line : split(text, '\n')) {
        out.append(place.line_ending);
        if (!line.empty()) {
            out.append(margin);
            out.append(line);
        }
    }
}

void append_string(SecretBuilder& out, std::string_view text, const ScalarPlace& place) {
    if (!document::is_utf8(text)) {
        out.append(std::string_view("!!binary \""));
        out.append(codec::encode_base64_secret(as_bytes(text)).view());
        out.append(std::string_view("\""));
    } else if (!place.flow && place.own_lines && fits_literal(text)) {
        append_literal(out, text, place);
    } else {
        document::append_yaml_string(out, text, place.flow);
    }
}

void append_float(SecretBuilder& out, std::string_view text) {
    if (text == "+Inf" || text == "-Inf" || text == "NaN") {
        out.append(std::string_view(text == "NaN" ? ".nan" : text == "-Inf" ? "-.inf" : ".inf"));
        return;
    }
    out.append(text);
    if (document::resolve_plain_scalar(text) != document::Kind::Float) {
        out.append(std::string_view(".0"));
    }
}

}  // namespace

SecretBytes yaml_scalar(const TypedBytes& value, const ScalarPlace& place) {
    SecretBuilder out;
    const std::string_view text = as_text(value.bytes.view());
    switch (value.type) {
        case ValueType::String:
            append_string(out, text, place);
            break;
        case ValueType::Float:
            append_float(out, text);
            break;
        case ValueType::Boolean:
            out.append(std::string_view(text == "True" ? "true" : "false"));
            break;
        case ValueType::Null:
            out.append(std::string_view("null"));
            break;
        case ValueType::EmptyMapping:
            out.append(std::string_view("{}"));
            break;
        case ValueType::EmptySequence:
            out.append(std::string_view("[]"));
            break;
        default:
            out.append(text);
    }
    return out.finish();
}

}  // namespace bestow::sops
