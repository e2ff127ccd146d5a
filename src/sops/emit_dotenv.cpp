#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "document/scalar.hpp"
#include "sops/plain_tree.hpp"

#include <algorithm>

// dotenv, and what it shares with INI and with environments: these know strings alone, and other values become text as
// Go prints them.

namespace bestow::sops {
namespace {

using Shape = PlainNode::Shape;

/// FormatFloat(value, 'G', -1, 64), and one digit behind the point where it would look like an integer.
std::string float_as_text(std::string_view byte_form) {
    if (byte_form == "NaN" || byte_form == "+Inf" || byte_form == "-Inf") {
        return std::string(byte_form) + ".0";
    }
    std::string text = document::float_text_with_exponent(document::parse_float(byte_form).value());
    const std::size_t mark = text.find('e');
    if (mark != std::string::npos) {
        text[mark] = 'E';
    }
    return text.find_first_of(".E") == std::string::npos ? text + ".0" : text;
}

/// A time without its fraction of a second.
std::string time_as_text(std::string_view byte_form) {
    std::string text(byte_form);
    if (const std::size_t point = text.find('.'); point != std::string::npos) {
        text.erase(point, text.find_first_of("Z+-", point) - point);
    }
    return text;
}

void append_with_escaped_breaks(SecretBuilder& out, std::string_view text) {
    bool first = true;
    for (const std::string_view line : split(text, '\n')) {
        out.append(first ? "" : "\\n");
        out.append(line);
        first = false;
    }
}

}  // namespace

SecretBytes scalar_text(const PlainNode& node) {
    const std::string_view text = as_text(node.bytes.view());
    switch (node.type) {
        case ValueType::Float:
            return SecretBytes::copy_of(float_as_text(text));
        case ValueType::Boolean:
            return SecretBytes::copy_of(text == "True" ? "true" : "false");
        case ValueType::Timestamp:
            return SecretBytes::copy_of(time_as_text(text));
        case ValueType::Null:
            return SecretBytes::copy_of("<nil>");
        default:
            return node.bytes.copy();
    }
}

SecretBytes emit_dotenv(const PlainNode& root) {
    SecretBuilder out;
    for (const PlainChild& child : root.children) {
        if (child.is_comment) {
            out.append("#");
            out.append(child.comment.view());
        } else if (child.node.shape != Shape::Scalar) {
            throw Error(ErrorKind::Format, format("a dotenv file holds single values; {} is none", quoted(child.key)));
        } else {
            out.append(child.key);
            out.append("=");
            if (child.node.type == ValueType::String) {
                append_with_escaped_breaks(out, as_text(child.node.bytes.view()));
            } else {
                out.append(scalar_text(child.node).view());
            }
        }
        out.append("\n");
    }
    return out.finish();
}

}  // namespace bestow::sops
