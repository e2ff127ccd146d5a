#include "operations/typed_value.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "sops/byte_form.hpp"

#include <array>
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

/// Stricter than SOPS's own readers, which take "t" for true and "inf" for a number.
void check_typed(std::string_view text, ValueType type) {
    const std::string_view digits = "+-.0123456789eE";
    if (type == ValueType::Boolean && text != "true" && text != "True" && text != "TRUE" && text != "false" &&
        text != "False" && text != "FALSE") {
        fail("true or false");
    }
    if (type == ValueType::Float && text.find_first_not_of(digits) != std::string_view::npos) {
        fail("a decimal number");
    }
    if (type == ValueType::Null && !text.empty()) {
        fail("empty, as null is");
    }
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
    // The word itself is not repeated: behind --type there may stand a value by mistake.
    throw Error(ErrorKind::Usage, format("--type takes one of {}{}", join(words, ", "), did_you_mean(word, words)));
}

sops::Value make_typed_value(SecretBytes text, ValueType type) {
    if (type == ValueType::String) {
        return {{}, type, std::move(text)};
    }
    check_typed(as_text(text.view()), type);
    return {{}, type, sops::byte_form_of(type, text.view()).bytes};
}

}  // namespace bestow::operations
