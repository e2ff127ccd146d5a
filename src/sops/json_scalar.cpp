#include "sops/json_scalar.hpp"

#include "base/error.hpp"
#include "document/json.hpp"
#include "document/scalar.hpp"

#include <cmath>

namespace bestow::sops {
namespace {

std::string number_text(std::string_view text) {
    if (text == "NaN" || text == "+Inf" || text == "-Inf") {
        throw Error(ErrorKind::Format, "JSON has no such number as this one");
    }
    const std::optional<double> number = document::parse_float(text);
    require(number.has_value(), "the byte form of a float is a number");
    // SOPS writes "-0", and reads that as the integer 0.
    return *number == 0 && std::signbit(*number) ? "-0.0" : document::json_number_text(*number);
}

}  // namespace

void append_json_scalar(SecretBuilder& out, ValueType type, ByteView bytes) {
    const std::string_view text = as_text(bytes);
    switch (type) {
        case ValueType::Integer:
            out.append(text);
            break;
        case ValueType::Float:
            out.append(number_text(text));
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
        case ValueType::String:
        case ValueType::Timestamp:
            document::append_json_string(out, text);
    }
}

}  // namespace bestow::sops
