#include "sops/selector.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"

#include <optional>
#include <utility>

#include <re2/re2.h>

namespace bestow::sops {

struct Selector::State {
    SelectorRule rule;
    std::optional<RE2> expression;
};

Selector::Selector(const SelectorRule& rule) : state_(std::make_unique<State>()) {
    state_->rule = rule;
    if (rule.kind == SelectorKind::UnencryptedSuffix || rule.kind == SelectorKind::EncryptedSuffix) {
        return;
    }
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(std::int64_t{8} << 20);
    state_->expression.emplace(rule.pattern, options);
    if (!state_->expression->ok()) {
        throw Error(ErrorKind::Policy, format("{} is not a valid regular expression: {}: {}", selector_name(rule.kind),
                                              quoted(rule.pattern), state_->expression->error()));
    }
}

Selector::Selector(Selector&&) noexcept = default;
Selector& Selector::operator=(Selector&&) noexcept = default;
Selector::~Selector() = default;

bool Selector::by_comment() const {
    return state_->rule.kind == SelectorKind::EncryptedCommentRegex ||
           state_->rule.kind == SelectorKind::UnencryptedCommentRegex;
}

bool Selector::matches(std::string_view text) const {
    if (state_->expression) {
        return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *state_->expression);
    }
    const std::string& suffix = state_->rule.pattern;
    return text.size() >= suffix.size() && text.substr(text.size() - suffix.size()) == suffix;
}

bool Selector::encrypts(bool any_match) const {
    switch (state_->rule.kind) {
        case SelectorKind::EncryptedSuffix:
        case SelectorKind::EncryptedRegex:
        case SelectorKind::EncryptedCommentRegex:
            return any_match;
        default:
            return !any_match;
    }
}

std::string_view selector_name(SelectorKind kind) {
    switch (kind) {
        case SelectorKind::UnencryptedSuffix:
            return "unencrypted_suffix";
        case SelectorKind::EncryptedSuffix:
            return "encrypted_suffix";
        case SelectorKind::UnencryptedRegex:
            return "unencrypted_regex";
        case SelectorKind::EncryptedRegex:
            return "encrypted_regex";
        case SelectorKind::UnencryptedCommentRegex:
            return "unencrypted_comment_regex";
        case SelectorKind::EncryptedCommentRegex:
            return "encrypted_comment_regex";
    }
    return {};
}

}  // namespace bestow::sops
