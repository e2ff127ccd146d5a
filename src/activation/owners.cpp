#include "activation/owners.hpp"

#include <charconv>

namespace bestow::activation {
namespace {

std::optional<std::uint32_t> number_of(const std::string& name) {
    if (name == "root") {
        return 0;
    }
    std::uint32_t number = 0;
    const auto [end, failure] = std::from_chars(name.data(), name.data() + name.size(), number);
    const bool valid = failure == std::errc() && end == name.data() + name.size() && number != UINT32_MAX;
    return valid ? std::optional(number) : std::nullopt;
}

std::optional<os::User> look_up_user(os::System& system, const std::string& name) {
    try {
        return system.find_user(name);
    } catch (const Error&) {
        return std::nullopt;  // a directory service that fails must not keep root's own secrets from arriving
    }
}

/// A number needs no entry: users of containers have none here, and then the group of the same number stands for their
/// primary one, never root's.
std::optional<os::User> user_by_id(os::System& system, std::uint32_t uid) {
    try {
        return system.find_user_by_id(uid).value_or(os::User{uid, uid, {}});
    } catch (const Error&) {
        return std::nullopt;
    }
}

std::optional<std::uint32_t> look_up_group(os::System& system, const std::string& name) {
    try {
        return system.find_group(name);
    } catch (const Error&) {
        return std::nullopt;
    }
}

}  // namespace

std::optional<os::User> Owners::user(const std::string& name) {
    const auto uid = number_of(name);
    if (uid == std::optional<std::uint32_t>(0)) {
        return os::User{};
    }
    const auto [entry, is_new] = users_.try_emplace(name);
    if (is_new) {
        entry->second = uid ? user_by_id(system_, *uid) : look_up_user(system_, name);
    }
    return entry->second;
}

std::optional<std::uint32_t> Owners::group(const std::string& name) {
    if (const auto gid = number_of(name)) {
        return gid;
    }
    const auto [entry, is_new] = groups_.try_emplace(name);
    if (is_new) {
        entry->second = look_up_group(system_, name);
    }
    return entry->second;
}

std::optional<delivery::Owner> Owners::find(const delivery::Placement& placement) {
    if (only_) {
        return only_;
    }
    if (placement.group.empty()) {
        const auto owner = user(placement.owner);
        return owner ? std::optional(delivery::Owner{owner->uid, owner->primary_gid}) : std::nullopt;
    }
    const auto gid = group(placement.group);
    if (const auto uid = number_of(placement.owner)) {
        return gid ? std::optional(delivery::Owner{*uid, *gid}) : std::nullopt;
    }
    const auto owner = user(placement.owner);
    return owner && gid ? std::optional(delivery::Owner{owner->uid, *gid}) : std::nullopt;
}

std::string Owners::home_of(const delivery::Placement& placement) {
    if (only_) {
        return {};
    }
    const auto owner = user(placement.owner);
    return owner && owner->uid != 0 ? owner->home : std::string();
}

}  // namespace bestow::activation
