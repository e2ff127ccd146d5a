#include "base/error.hpp"
#include "base/format.hpp"
#include "document/scalar.hpp"
#include "document/utf8.hpp"
#include "sops/plain_tree.hpp"

#include <cmath>
#include <cstdlib>

// As Go's encoding/json prints, which escapes what would be special in HTML, replaces what is not UTF-8, and writes
// numbers with an exponent from 1e21 on and below 1e-6.

namespace bestow::sops {
namespace {

using Shape = PlainNode::Shape;

constexpr double kFirstWithExponent = 1e21;
constexpr double kSmallestWithoutExponent = 1e-6;

std::string_view short_escape(std::uint32_t code) {
    switch (code) {
        case '"':
            return "\\\"";
        case '\\':
            return "\\\\";
        case '\n':
            return "\\n";
        case '\r':
            return "\\r";
        case '\t':
            return "\\t";
        case '\b':
            return "\\b";
        case '\f':
            return "\\f";
        default:
            return {};
    }
}

bool needs_escape(std::uint32_t code) {
    return code < 0x20 || code == '"' || code == '\\' || code == '<' || code == '>' || code == '&' || code == 0x2028 ||
           code == 0x2029;
}

void append_string(SecretBuilder& out, std::string_view text) {
    out.append("\"");
    std::size_t begin = 0;
    for (std::size_t at = 0; at < text.size();) {
        const auto character = document::decode_character(text.substr(at));
        const std::size_t size = character ? character->size_bytes : 1;
        if (!character || needs_escape(character->code)) {
            out.append(text.substr(begin, at - begin));
            begin = at + size;
            const std::string_view escape = character ? short_escape(character->code) : "\\ufffd";
            out.append(escape.empty() ? std::string_view(format("\\u{:04x}", character->code)) : escape);
        }
        at += size;
    }
    out.append(text.substr(begin));
    out.append("\"");
}

/// "1e-07" becomes "1e-7", as in ECMAScript.
std::string json_number(std::string_view byte_form) {
    if (byte_form == "NaN" || byte_form == "+Inf" || byte_form == "-Inf") {
        throw Error(ErrorKind::Format, "JSON has no such number");
    }
    const double value = std::strtod(std::string(byte_form).c_str(), nullptr);
    const double size = std::fabs(value);
    if (size == 0 || (size >= kSmallestWithoutExponent && size < kFirstWithExponent)) {
        return document::float_text(value);
    }
    std::string text = document::float_text_with_exponent(value);
    const std::size_t mark = text.find('e');
    if (mark != std::string::npos && text.substr(mark, 3) == "e-0") {
        text.erase(mark + 2, 1);
    }
    return text;
}

void append_scalar(SecretBuilder& out, const PlainNode& node) {
    const std::string_view text = as_text(node.bytes.view());
    switch (node.type) {
        case ValueType::Integer:
            out.append(text);
            break;
        case ValueType::Float:
            out.append(json_number(text));
            break;
        case ValueType::Boolean:
            out.append(text == "True" ? "true" : "false");
            break;
        case ValueType::Null:
            out.append("null");
            break;
        default:
            append_string(out, text);
    }
}

class JsonEmitter {
  public:
    explicit JsonEmitter(const Layout& layout)
        : step_(layout.indent_is_given || layout.indent != 0 ? std::string(layout.indent, ' ') : "\t") {}

    SecretBytes emit(const PlainNode& root) {
        value(root, 0);
        return out_.finish();
    }

  private:
    void value(const PlainNode& node, std::size_t level) {
        if (node.shape == Shape::Scalar) {
            append_scalar(out_, node);
            return;
        }
        const bool mapping = node.shape == Shape::Mapping;
        out_.append(mapping ? "{" : "[");
        bool first = true;
        for (const PlainChild& child : node.children) {
            if (child.is_comment) {
                continue;
            }
            out_.append(first ? "" : ",");
            new_line(level + 1);
            if (mapping) {
                append_string(out_, child.key);
                out_.append(": ");
            }
            value(child.node, level + 1);
            first = false;
        }
        if (!first) {
            new_line(level);
        }
        out_.append(mapping ? "}" : "]");
    }

    void new_line(std::size_t level) {
        out_.append("\n");
        for (std::size_t count = 0; count < level; ++count) {
            out_.append(step_);
        }
    }

    std::string step_;
    SecretBuilder out_;
};

}  // namespace

SecretBytes emit_json(const PlainNode& root, const Layout& layout) {
    return JsonEmitter(layout).emit(root);
}

}  // namespace bestow::sops
