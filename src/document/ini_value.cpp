#include "base/error.hpp"
#include "document/ini.hpp"
#include "document/white_space.hpp"

#include <algorithm>
#include <array>

namespace bestow::document {
namespace {

constexpr std::string_view kTriple = "\"\"\"";
constexpr std::array<std::string_view, 5> kChoices = {"", "\"", "'", "`", kTriple};

bool in_quotes(std::string_view text, char quote) {
    return text.size() >= 2 && text.front() == quote && text.back() == quote && text.find(quote, 1) == text.size() - 1;
}

bool holds_plain(std::string_view value) {
    const bool looks_quoted =
        in_quotes(value, '\'') || in_quotes(value, '"') || value.substr(0, 1) == "`" || value.substr(0, 3) == kTriple;
    return value.find_first_of("#;\n") == std::string_view::npos && !looks_quoted &&
           trim_space(value).size() == value.size() && (value.empty() || value.back() != '\\');
}

/// What stands in the quotes comes back as it is.
bool holds(std::string_view quotes, std::string_view value) {
    if (quotes.empty()) {
        return holds_plain(value);
    }
    if (quotes == "\"" || quotes == "'") {
        return value.find(quotes) == std::string_view::npos && value.find_first_of("#;\n") == std::string_view::npos;
    }
    const bool ends_early =
        quotes == kTriple && !value.empty() && value.back() == '"' && value.find('\n') != std::string_view::npos;
    return value.find(quotes) == std::string_view::npos && !ends_early;
}

}  // namespace

std::string_view ini_quotes(std::string_view text, const Node& value) {
    if (value.style == Style::Plain) {
        return {};
    }
    return text.substr(value.span.begin, value.style == Style::Literal && text[value.span.begin] == '"' ? 3 : 1);
}

void append_ini_value(SecretBuilder& out, std::string_view value, std::string_view quotes) {
    if (value.find('\0') != std::string_view::npos) {
        throw Error(ErrorKind::Format, "an INI file cannot hold a value with a NUL byte",
                    "a file with another name, and no known ending, is a binary document, which can");
    }
    if (!holds(quotes, value)) {
        const auto* const fitting = std::find_if(kChoices.begin(), kChoices.end(),
                                                 [value](std::string_view choice) { return holds(choice, value); });
        if (fitting == kChoices.end()) {
            throw Error(ErrorKind::Format,
                        "an INI file cannot hold this value: it has every kind of quotes that could stand around it",
                        "keep it in a YAML file");
        }
        quotes = *fitting;
    }
    out.append(quotes);
    out.append(value);
    out.append(quotes);
}

}  // namespace bestow::document
