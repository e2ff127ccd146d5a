#include "policy/template_text.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace bestow::policy {
namespace {

constexpr std::string_view kHostFacts = "host.";
constexpr std::size_t kMaxIndent = 1000;

const std::vector<std::string>& filter_names() {
    static const std::vector<std::string> names = {"base64", "hex",       "json",        "shell",    "urlencode",
                                                   "trim",   "indent(n)", "sha512crypt", "yescrypt", "bcrypt"};
    return names;
}

bool is_word_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Walks the text once and keeps line and column (in characters) of where it is.
class Cursor {
  public:
    explicit Cursor(std::string_view text) : text_(text) {}
    [[nodiscard]] std::size_t offset() const { return offset_; }
    [[nodiscard]] document::Position position() const { return at_; }
    void move_to(std::size_t offset) {
        for (; offset_ < offset; ++offset_) {
            if (text_[offset_] == '\n') {
                ++at_.line;
                at_.column = 1;
            } else if ((static_cast<unsigned char>(text_[offset_]) & 0xc0U) != 0x80U) {  // not inside a UTF-8 sequence
                ++at_.column;
            }
        }
    }

  private:
    std::string_view text_;
    std::size_t offset_ = 0;
    document::Position at_{1, 1};
};

std::optional<std::string> argument_problem(const Filter& filter, bool parentheses) {
    if (filter.name != "indent") {
        return parentheses ? std::optional(format("the filter {} takes no argument", quoted(filter.name)))
                           : std::nullopt;
    }
    const bool digits =
        filter.arguments.size() == 1 && !filter.arguments[0].empty() && filter.arguments[0].size() < 5 &&
        std::all_of(
            filter.arguments[0].begin(), filter.arguments[0].end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!digits || std::stoul(filter.arguments[0]) > kMaxIndent) {
        return format("the filter 'indent' takes one number up to {}, as in indent(4)", kMaxIndent);
    }
    return std::nullopt;
}

/// "indent(4)" to a Filter; throws Error(Policy) without a place.
Filter parse_filter(std::string_view text) {
    const std::size_t word_end =
        static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_word_character) - text.begin());
    Filter filter{std::string(text.substr(0, word_end)), {}};
    const std::string_view rest = trim(text.substr(word_end));
    const bool parentheses = rest.size() >= 2 && rest.front() == '(' && rest.back() == ')';
    const auto& known = filter_names();
    const bool is_known = filter.name == "indent" || std::find(known.begin(), known.end(), filter.name) != known.end();
    if (!is_known) {
        throw Error(ErrorKind::Policy,
                    format("there is no filter {}{}", quoted(filter.name.empty() ? text : filter.name),
                           did_you_mean(filter.name, known)),
                    format("filters are {}", join(known, ", ")));
    }
    if (!rest.empty() && !parentheses) {
        throw Error(ErrorKind::Policy, format("unexpected {} behind the filter {}", quoted(rest), quoted(filter.name)));
    }
    if (parentheses && !trim(rest.substr(1, rest.size() - 2)).empty()) {
        for (const std::string_view argument : split(rest.substr(1, rest.size() - 2), ',')) {
            filter.arguments.emplace_back(trim(argument));
        }
    }
    if (const auto problem = argument_problem(filter, parentheses)) {
        throw Error(ErrorKind::Policy, *problem);
    }
    return filter;
}

}  // namespace

Placeholder parse_placeholder(std::string_view inside, document::Position at) {
    const std::vector<std::string_view> parts = split(inside, '|');
    Placeholder placeholder{std::string(trim(parts[0])), {}, at};
    if (placeholder.subject.empty()) {
        throw Error(ErrorKind::Policy, "a placeholder names nothing");
    }
    if (placeholder.subject.find_first_of(" \t") != std::string::npos) {
        throw Error(ErrorKind::Policy, format("a placeholder names one secret, not {}; filters follow a '|'",
                                              quoted(placeholder.subject)));
    }
    for (std::size_t i = 1; i < parts.size(); ++i) {
        placeholder.filters.push_back(parse_filter(trim(parts[i])));
    }
    return placeholder;
}

std::string to_text(const Placeholder& placeholder) {
    std::string text = placeholder.subject;
    for (const Filter& filter : placeholder.filters) {
        text += " | " + filter.name;
        text += filter.arguments.empty() ? "" : format("({})", join(filter.arguments, ","));
    }
    return text;
}

bool Placeholder::is_host_fact() const {
    return subject.compare(0, kHostFacts.size(), kHostFacts) == 0;
}

std::vector<TemplatePiece> parse_template(const Template& declared, std::vector<TemplateProblem>& problems) {
    const std::string_view text = declared.content;
    std::vector<TemplatePiece> pieces;
    Cursor cursor(text);
    for (;;) {
        const std::size_t open = text.find(declared.open, cursor.offset());
        const std::string_view literal = text.substr(cursor.offset(), open - cursor.offset());
        if (!literal.empty()) {
            pieces.emplace_back(std::string(literal));
        }
        if (open == std::string_view::npos) {
            return pieces;
        }
        cursor.move_to(open);
        const std::size_t begin = open + declared.open.size();
        const std::size_t line_end = std::min(text.find('\n', begin), text.size());
        const std::size_t close = text.find(declared.close, begin);
        if (close >= line_end) {
            problems.push_back({cursor.position(), format("{} is not closed by {} on its line", quoted(declared.open),
                                                          quoted(declared.close))});
            cursor.move_to(line_end);
            continue;
        }
        try {
            pieces.emplace_back(parse_placeholder(text.substr(begin, close - begin), cursor.position()));
        } catch (const Error& error) {
            problems.push_back({cursor.position(), error.message()});
        }
        cursor.move_to(close + declared.close.size());
    }
}

std::vector<TemplatePiece> parse_template(const Template& declared) {
    std::vector<TemplateProblem> problems;
    std::vector<TemplatePiece> pieces = parse_template(declared, problems);
    if (problems.empty()) {
        return pieces;
    }
    std::vector<std::string> lines;
    for (const TemplateProblem& problem : problems) {
        lines.push_back(format("template {}, line {}, column {}: {}", quoted(declared.name), problem.at.line,
                               problem.at.column, problem.message));
    }
    throw Error(ErrorKind::Policy, join(lines, "\n"));
}

std::vector<std::string> template_inputs(const std::vector<TemplatePiece>& pieces) {
    std::vector<std::string> names;
    for (const TemplatePiece& piece : pieces) {
        const auto* placeholder = std::get_if<Placeholder>(&piece);
        if (placeholder != nullptr && !placeholder->is_host_fact() &&
            std::find(names.begin(), names.end(), placeholder->subject) == names.end()) {
            names.push_back(placeholder->subject);
        }
    }
    return names;
}

}  // namespace bestow::policy
