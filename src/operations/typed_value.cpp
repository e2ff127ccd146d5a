#include "operations/typed_value.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <utility>

namespace bestow::operations {
namespace {

using sops::ValueType;

constexpr std::array<std::pair<std::string_view, ValueType>, 5> kTypes = {{
    {"string", ValueType::String},
    {"int", ValueType::Integer},
    {"float", ValueType::Float},
    {"bool", ValueType::Boolean},
    {"null", ValueType::Null},
}};

[[noreturn]] void fail(std::string_view wanted) {
    throw Error(ErrorKind::Usage, format("the value is not {}", wanted), "--type string keeps any text as it is");
}

template <typename Number>
Number number_of(std::string_view text, std::string_view wanted) {
    Number number{};
    const char* const end = text.data() + text.size();
    const auto [stopped, failure] = std::from_chars(text.data(), end, number);
    if (text.empty() || failure != std::errc() || stopped != end) {
        fail(wanted);
    }
    return number;
}

SecretBytes boolean_of(std::string_view text) {
    if (text == "true" || text == "True" || text == "TRUE") {
        return SecretBytes::copy_of("True");
    }
    if (text == "false" || text == "False" || text == "FALSE") {
        return SecretBytes::copy_of("False");
    }
    fail("true or false");
}

}  // namespace

ValueType parse_value_type(std::string_view word) {
    std::vector<std::string> words;
    for (const auto& [name, type] : kTypes) {
        if (name == word) {
            return type;
        }
        words.emplace_back(name);
    }
    throw Error(ErrorKind::Usage, format("there is no type {}{}", quoted(word), did_you_mean(word, words)),
                "string, int, float, bool or null");
}

sops::Value make_typed_value(SecretBytes text, ValueType type) {
    const std::string_view view = as_text(text.view());
    switch (type) {
        case ValueType::Integer: {
            std::string canonical = std::to_string(number_of<std::int64_t>(view, "a 64-bit integer"));
            sops::Value value{{}, type, SecretBytes::copy_of(canonical)};
            wipe(canonical);
            return value;
        }
        case ValueType::Float:
            if (!std::isfinite(number_of<double>(view, "a number"))) {
                fail("a finite number");
            }
            return {{}, type, std::move(text)};
        case ValueType::Boolean:
            return {{}, type, boolean_of(view)};
        case ValueType::Null:
            if (!text.empty()) {
                fail("empty, as null is");
            }
            return {{}, type, {}};
        default:
            return {{}, ValueType::String, std::move(text)};
    }
}

}  // namespace bestow::operations
