#pragma once
/// Everything that is wrong with a policy, collected and reported together: one problem a line, "bestow.yaml:12: ...".

#include "policy/policy.hpp"

namespace bestow::policy {

/// "bestow.yaml:12", control bytes of the name escaped.
std::string to_text(const Origin& origin);

class Problems {
  public:
    void add(const Origin& origin, std::string message);
    [[nodiscard]] bool empty() const { return problems_.empty(); }
    /// In order of file, then line; at most kMaxShown of them and a count of the rest.
    [[nodiscard]] std::vector<std::string> lines() const;
    /// Throws Error(Policy) when there is any.
    void throw_if_any() const;

    /// So many that one more is not worth working out a suggestion for.
    [[nodiscard]] bool many() const { return problems_.size() > kMaxShown; }

    static constexpr std::size_t kMaxShown = 100;
    static constexpr std::size_t kMaxKept = 10'000;

  private:
    struct Problem {
        Origin origin;
        std::string message;
    };
    std::vector<Problem> problems_;
    std::size_t dropped_ = 0;
};

}  // namespace bestow::policy
