#include "sops/byte_form.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "codec/base64.hpp"
#include "document/scalar.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace bestow::sops {
namespace {

using document::Kind;
using document::Node;

TypedBytes typed(ValueType type, std::string_view text) {
    return {type, false, SecretBytes::copy_of(text)};
}

[[noreturn]] void fail(const Node& node, std::string_view problem) {
    throw Error(ErrorKind::Format, format("line {}, column {}: {}", node.at.line, node.at.column, problem));
}

SecretBytes string_bytes(const Node& node) {
    if (node.tag() != "!!binary") {
        return SecretBytes::copy_of(node.text);
    }
    std::string text = node.text;
    text.erase(std::remove_if(text.begin(), text.end(), [](char c) { return c == '\n' || c == ' ' || c == '\r'; }),
               text.end());
    std::optional<SecretBytes> decoded = codec::decode_base64_secret(text);
    if (!decoded) {
        fail(node, "the value is not base64, as its tag !!binary says");
    }
    return std::move(*decoded);
}

/// The number behind "+5" or "007", as Go's Atoi reads it.
std::optional<std::int64_t> parse_decimal(std::string_view text) {
    const bool plus = !text.empty() && text.front() == '+';
    if (plus) {
        text.remove_prefix(1);
    }
    std::int64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool sign_twice = plus && !text.empty() && text.front() == '-';
    if (text.empty() || sign_twice || failure != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

std::optional<double> parse_go_float(std::string_view text) {
    std::string lower(text.substr(0, 16));
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    if (text.size() < 16) {
        const bool negative = !lower.empty() && lower.front() == '-';
        const std::string word = lower.substr(!lower.empty() && (negative || lower.front() == '+') ? 1 : 0);
        if (word == "inf" || word == "infinity") {
            return negative ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
        }
        if (lower == "nan") {
            return std::numeric_limits<double>::quiet_NaN();
        }
    }
    return document::parse_float(text);
}

std::optional<bool> parse_bool(std::string_view text) {
    constexpr std::array<std::string_view, 6> yes = {"1", "t", "T", "true", "True", "TRUE"};
    constexpr std::array<std::string_view, 6> no = {"0", "f", "F", "false", "False", "FALSE"};
    if (std::find(yes.begin(), yes.end(), text) != yes.end()) {
        return true;
    }
    return std::find(no.begin(), no.end(), text) != no.end() ? std::optional(false) : std::nullopt;
}

std::optional<std::string> canonical_text(ValueType type, std::string_view text) {
    switch (type) {
        case ValueType::Integer: {
            const std::optional<std::int64_t> value = parse_decimal(text);
            return value ? std::optional(std::to_string(*value)) : std::nullopt;
        }
        case ValueType::Float: {
            const std::optional<double> value = parse_go_float(text);
            return value ? std::optional(document::float_text(*value)) : std::nullopt;
        }
        case ValueType::Boolean: {
            const std::optional<bool> value = parse_bool(text);
            return value ? std::optional<std::string>(*value ? "True" : "False") : std::nullopt;
        }
        default:
            return document::normalize_timestamp(text);
    }
}

ValueType value_type(EnvelopeType type) {
    switch (type) {
        case EnvelopeType::Integer:
            return ValueType::Integer;
        case EnvelopeType::Float:
            return ValueType::Float;
        case EnvelopeType::Boolean:
            return ValueType::Boolean;
        case EnvelopeType::Timestamp:
            return ValueType::Timestamp;
        default:
            return ValueType::String;
    }
}

std::string_view type_name(ValueType type) {
    switch (type) {
        case ValueType::Integer:
            return "an integer";
        case ValueType::Float:
            return "a number";
        case ValueType::Boolean:
            return "a boolean";
        default:
            return "a time";
    }
}

}  // namespace

TypedBytes byte_form(const Node& node) {
    if (node.kind == Kind::String) {
        return {ValueType::String, false, string_bytes(node)};
    }
    if (node.kind == Kind::Mapping || node.kind == Kind::Sequence) {
        return {node.kind == Kind::Mapping ? ValueType::EmptyMapping : ValueType::EmptySequence, false, {}};
    }
    const document::ResolvedScalar scalar = document::resolve_scalar_text(node.text);
    if (node.kind == Kind::Float) {
        // "!!float 5", and JSON's numbers, may look like integers.
        const std::optional<double> whole =
            scalar.kind == Kind::Integer ? document::parse_float(scalar.canonical) : std::nullopt;
        return typed(ValueType::Float, whole ? document::float_text(*whole) : scalar.canonical);
    }
    switch (node.kind) {
        case Kind::Boolean:
            return typed(ValueType::Boolean, scalar.canonical == "true" ? "True" : "False");
        case Kind::Integer:
            if (scalar.beyond_int64) {
                fail(node, "an integer above 9223372036854775807, which sops cannot read; put it into quotes");
            }
            return typed(ValueType::Integer, scalar.canonical);
        case Kind::Timestamp:
            return typed(ValueType::Timestamp, scalar.canonical);
        default:
            return {ValueType::Null, false, {}};
    }
}

TypedBytes normalize(EnvelopeType type, SecretBytes bytes) {
    if (type == EnvelopeType::String || type == EnvelopeType::Bytes || type == EnvelopeType::Comment) {
        return {ValueType::String, type == EnvelopeType::Comment, std::move(bytes)};
    }
    const ValueType value = value_type(type);
    const std::optional<std::string> text = canonical_text(value, as_text(bytes.view()));
    if (!text) {
        throw Error(ErrorKind::Format, format("the decrypted value is not {}, as its envelope says", type_name(value)));
    }
    return typed(value, *text);
}

bool comes_back(const TypedBytes& value) {
    return value.type == ValueType::String ||
           canonical_text(value.type, as_text(value.bytes.view())) == as_text(value.bytes.view());
}

TypedBytes byte_form_of(ValueType type, ByteView text) {
    switch (type) {
        case ValueType::String:
            return {type, false, SecretBytes::copy_of(text)};
        case ValueType::Null:
        case ValueType::EmptyMapping:
        case ValueType::EmptySequence:
            return {type, false, {}};
        default:
            break;
    }
    const std::optional<std::string> canonical = canonical_text(type, as_text(text));
    if (!canonical) {
        throw Error(ErrorKind::Usage, format("the value is not {}", type_name(type)));
    }
    return typed(type, *canonical);
}

}  // namespace bestow::sops
