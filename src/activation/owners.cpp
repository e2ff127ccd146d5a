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

std::optional<std::uint32_t> look_up_group(os::System& system, const std::string& name) {
    try {
        return system.find_group(name);
    } catch (const Error&) {
        return std::nullopt;
    }
}

}  // namespace

std::optional<os::User> Owners::user(const std::string& name) {
    if (const auto uid = number_of(name)) {
        return os::User{*uid, 0};
    }
    const auto [entry, is_new] = users_.try_emplace(name);
    if (is_new) {
        entry->second = look_up_user(system_, name);
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
    const auto owner = user(placement.owner);
    if (!owner) {
        return std::nullopt;
    }
    if (placement.group.empty()) {
        return delivery::Owner{owner->uid, owner->primary_gid};
    }
    const auto gid = group(placement.group);
    return gid ? std::optional(delivery::Owner{owner->uid, *gid}) : std::nullopt;
}

}  // namespace bestow::activation
