#pragma once
/// Which names mean which hosts: a host answers to its own name, to `all`, to its roles, and to every role that
/// includes one of these.

#include "policy/policy.hpp"

#include <set>

namespace bestow::policy {

inline constexpr std::string_view kAll = "all";

/// Every name that means this host.
std::set<std::string> names_of(const Policy& policy, const Host& host);

/// The names of all hosts, worked out once for many audiences. Borrows the policy.
class Memberships {
  public:
    explicit Memberships(const Policy& policy);
    /// In order of declaration.
    [[nodiscard]] std::vector<const Host*> hosts_in(const Audience& audience) const;
    [[nodiscard]] const std::set<std::string>& names_of(const Host& host) const;

  private:
    const Policy& policy_;
    std::vector<std::set<std::string>> names_;
};

}  // namespace bestow::policy
