#pragma once
/// Regular expressions as Go has them, which sops uses: RE2's, unanchored. The one place that includes RE2.

#include <memory>
#include <string>
#include <string_view>

namespace bestow::sops {

class Expression {
  public:
    /// Throws Error(Policy) for an invalid one; `what` names it: "encrypted_regex".
    Expression(std::string_view what, const std::string& pattern);
    Expression(Expression&&) noexcept;
    Expression& operator=(Expression&&) noexcept;
    ~Expression();

    /// True when it fits any part of the text.
    [[nodiscard]] bool matches(std::string_view text) const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace bestow::sops
