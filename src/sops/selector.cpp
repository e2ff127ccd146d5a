#include "sops/selector.hpp"

#include "sops/expression.hpp"

#include <optional>
#include <utility>

namespace bestow::sops {

struct Selector::State {
    SelectorRule rule;
    std::optional<Expression> expression;
};

Selector::Selector(const SelectorRule& rule) : state_(std::make_unique<State>()) {
    state_->rule = rule;
    if (rule.kind == SelectorKind::UnencryptedSuffix || rule.kind == SelectorKind::EncryptedSuffix) {
        return;
    }
    state_->expression.emplace(selector_name(rule.kind), rule.pattern);
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
        return state_->expression->matches(text);
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
