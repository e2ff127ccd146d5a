#include "sops/expression.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"

#include <re2/re2.h>

namespace bestow::sops {
namespace {

constexpr std::int64_t kMemoryBytes = std::int64_t{8} << 20;

/// Go has `(?<name>...)` since 1.22, Debian's RE2 `(?P<name>...)` alone; and RE2 has \C, a single byte, which Go
/// refuses. Sets `unknown` for that.
std::string as_re2(const std::string& pattern, bool& unknown) {
    std::string text;
    bool in_quotes = false;
    for (std::size_t at = 0; at < pattern.size(); ++at) {
        const std::string_view rest = std::string_view(pattern).substr(at);
        if (rest.size() > 1 && rest[0] == '\\') {
            in_quotes = in_quotes ? rest[1] != 'E' : rest[1] == 'Q';
            unknown = unknown || (!in_quotes && rest[1] == 'C');
            text.append(rest.substr(0, 2));
            ++at;
            continue;
        }
        text += rest[0];
        if (!in_quotes && rest.substr(0, 3) == "(?<") {
            text += "?P";
            ++at;
        }
    }
    return text;
}

}  // namespace

struct Expression::State {
    RE2 expression;
};

Expression::Expression(std::string_view what, const std::string& pattern) {
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(kMemoryBytes);
    bool unknown = false;
    const std::string text = as_re2(pattern, unknown);
    state_.reset(new State{RE2(text, options)});
    if (unknown || !state_->expression.ok()) {
        const std::string reason = unknown ? "invalid escape sequence: \\C" : state_->expression.error();
        throw Error(ErrorKind::Policy,
                    format("{} is not a valid regular expression: {}: {}", what, quoted(pattern), reason));
    }
}

Expression::Expression(Expression&&) noexcept = default;
Expression& Expression::operator=(Expression&&) noexcept = default;
Expression::~Expression() = default;

bool Expression::matches(std::string_view text) const {
    return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), state_->expression);
}

}  // namespace bestow::sops
