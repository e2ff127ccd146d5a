#pragma once
/// Which values of a document are encrypted: at most one rule a file, tested against every component of a value's path,
/// or against the comments above it. Regular expressions are RE2's, unanchored; an invalid one is refused (upstream
/// ignores it and writes plaintext).

#include "sops/metadata.hpp"

#include <memory>
#include <string_view>

namespace bestow::sops {

class Selector {
  public:
    /// Throws Error(Policy) for an invalid regular expression.
    explicit Selector(const SelectorRule& rule);
    Selector(Selector&&) noexcept;
    Selector& operator=(Selector&&) noexcept;
    ~Selector();

    /// True when a comment decides, not a key.
    [[nodiscard]] bool by_comment() const;
    /// Whether this key or comment fits the rule's pattern.
    [[nodiscard]] bool matches(std::string_view text) const;
    /// Whether something is encrypted, given that a part of its path, or a comment, fits or that none does.
    [[nodiscard]] bool encrypts(bool any_match) const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// "unencrypted_suffix", as in the metadata.
std::string_view selector_name(SelectorKind kind);

}  // namespace bestow::sops
