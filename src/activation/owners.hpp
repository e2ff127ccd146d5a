#pragma once
/// Names of users and groups to numbers, each looked up once.

#include "delivery/plan.hpp"
#include "os/system.hpp"

namespace bestow::activation {

class Owners {
  public:
    explicit Owners(os::System& system) : system_(system) {}

    /// From now on everything is this one's, whatever is declared: without privileges there is no other.
    void set_only(delivery::Owner owner) { only_ = owner; }

    /// nullopt when the user or the group does not exist, or cannot be looked up now. root needs no lookup, so
    /// that the early phase works before there are users.
    std::optional<delivery::Owner> find(const delivery::Placement& placement);

    /// His home directory; empty for root, for users without an entry, and for those who live nowhere.
    std::string home_of(const delivery::Placement& placement);

  private:
    std::optional<os::User> user(const std::string& name);
    std::optional<std::uint32_t> group(const std::string& name);

    os::System& system_;
    std::optional<delivery::Owner> only_;
    std::map<std::string, std::optional<os::User>> users_;
    std::map<std::string, std::optional<std::uint32_t>> groups_;
};

}  // namespace bestow::activation
