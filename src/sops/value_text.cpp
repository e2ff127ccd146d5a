#include "base/error.hpp"
#include "base/format.hpp"
#include "document/scalar.hpp"
#include "sops/encrypted_file.hpp"

#include <limits>
#include <optional>

namespace bestow::sops {
namespace {

double number_of(std::string_view byte_form) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (byte_form == "+Inf" || byte_form == "-Inf") {
        return byte_form.front() == '-' ? -infinity : infinity;
    }
    return document::parse_float(byte_form).value_or(std::numeric_limits<double>::quiet_NaN());
}

}  // namespace

SecretBytes value_text(const Value& value) {
    const std::string_view byte_form = as_text(value.bytes.view());
    switch (value.type) {
        case ValueType::Boolean:
            return SecretBytes::copy_of(byte_form == "True" ? "true" : "false");
        case ValueType::Float:
            return SecretBytes::copy_of(document::float_text_with_exponent(number_of(byte_form)));
        case ValueType::Null:
            throw Error(ErrorKind::Policy,
                        format("{}: the value is null, which has no text", document::to_text(value.path)),
                        "give it a value, or say in which form it is wanted: yaml or json");
        case ValueType::EmptyMapping:
        case ValueType::EmptySequence:
            throw Error(ErrorKind::Policy, format("{} is not a single value", document::to_text(value.path)),
                        "say in which form it is wanted: as: yaml, json or env");
        default:
            return value.bytes.copy();
    }
}

}  // namespace bestow::sops
