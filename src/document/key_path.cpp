#include "document/key_path.hpp"

#include "base/format.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <string_view>

namespace bestow::document {
namespace {

bool is_simple_key(std::string_view key) {
    return !key.empty() && key.size() <= 120 && std::all_of(key.begin(), key.end(), [](char character) {
        return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
               (character >= '0' && character <= '9') || character == '_' || character == '-' || character == '/';
    });
}

}  // namespace

std::string to_text(const KeyPath& path) {
    std::string text;
    for (const PathElement& element : path) {
        if (const auto* const index = std::get_if<std::size_t>(&element)) {
            text += format("[{}]", *index);
            continue;
        }
        const auto& key = std::get<std::string>(element);
        text += text.empty() ? "" : ".";
        text += is_simple_key(key) ? key : quoted(key);
    }
    return text.empty() ? "." : text;
}

}  // namespace bestow::document
