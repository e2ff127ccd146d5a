#include "base/error.hpp"
#include "document/ini.hpp"
#include "document/white_space.hpp"

#include <algorithm>
#include <array>

namespace bestow::document {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kTriple = "\"\"\"";
/// In the order in which go-ini's writer would take them.
constexpr std::array<std::string_view, 5> kChoices = {"", "\"", "'", "`", kTriple};
constexpr std::array<std::string_view, 2> kChoicesForLines = {kTriple, "`"};

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

std::optional<std::string_view> ini_comment_indentation(std::string_view text, Span comment) {
    const std::size_t begin = comment.begin == 0 ? 0 : text.rfind('\n', comment.begin - 1) + 1;  // npos + 1 is 0
    std::string_view before = text.substr(begin, comment.begin - begin);
    if (begin == 0 && before.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
        before.remove_prefix(kByteOrderMark.size());
    }
    return leading_space(before) == before.size() ? std::optional(before) : std::nullopt;
}

std::optional<std::string_view> ini_own_quotes(std::string_view value) {
    const auto choose = [value](const auto& choices) {
        const auto* const fitting = std::find_if(choices.begin(), choices.end(),
                                                 [value](std::string_view choice) { return holds(choice, value); });
        return fitting == choices.end() ? std::nullopt : std::optional(*fitting);
    };
    return value.find('\n') == std::string_view::npos ? choose(kChoices) : choose(kChoicesForLines);
}

void append_ini_value(SecretBuilder& out, std::string_view value, std::string_view quotes) {
    if (value.find('\0') != std::string_view::npos) {
        throw Error(ErrorKind::Format, "an INI file cannot hold a value with a NUL byte",
                    "a file with another name, and no known ending, is a binary document, which can");
    }
    if (!holds(quotes, value)) {
        const std::optional<std::string_view> own = ini_own_quotes(value);
        if (!own) {
            throw Error(ErrorKind::Format,
                        "an INI file cannot hold this value: it has every kind of quotes that could stand around it",
                        "keep it in a YAML file");
        }
        quotes = *own;
    }
    out.append(quotes);
    out.append(value);
    out.append(quotes);
}

}  // namespace bestow::document
