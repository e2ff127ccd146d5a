#include "policy/audience.hpp"

#include "base/error.hpp"
#include "policy/access.hpp"

#include <algorithm>
#include <unordered_map>

namespace bestow::policy {
namespace {

bool any_clause_holds(const std::vector<std::vector<std::string>>& clauses, const std::set<std::string>& names) {
    return std::any_of(clauses.begin(), clauses.end(), [&](const std::vector<std::string>& clause) {
        return std::all_of(clause.begin(), clause.end(),
                           [&](const std::string& name) { return names.count(name) > 0; });
    });
}

/// For each name the roles that list it.
using Including = std::unordered_map<std::string_view, std::vector<const std::string*>>;

Including including_roles(const Policy& policy) {
    Including including;
    for (const auto& [role, members] : policy.roles) {
        for (const std::string& member : members) {
            including[member].push_back(&role);
        }
    }
    return including;
}

/// Everything that is reached upwards, each name once.
std::set<std::string> reached_names(const Including& including, const Host& host) {
    std::set<std::string> names(host.roles.begin(), host.roles.end());
    names.insert({host.name, std::string(kAll)});
    std::vector<std::string> unexplored(names.begin(), names.end());
    while (!unexplored.empty()) {
        const auto found = including.find(unexplored.back());
        unexplored.pop_back();
        if (found == including.end()) {
            continue;
        }
        for (const std::string* role : found->second) {
            if (names.insert(*role).second) {
                unexplored.push_back(*role);
            }
        }
    }
    return names;
}

template <typename Field>
void overlay(std::optional<Field>& below, const std::optional<Field>& above) {
    if (above) {
        below = above;
    }
}

void overlay(Placement& below, const Placement& above) {
    overlay(below.owner, above.owner);
    overlay(below.group, above.group);
    overlay(below.mode, above.mode);
    overlay(below.path, above.path);
    overlay(below.restart, above.restart);
    overlay(below.reload, above.reload);
    overlay(below.phase, above.phase);
}

}  // namespace

std::set<std::string> names_of(const Policy& policy, const Host& host) {
    return reached_names(including_roles(policy), host);
}

Memberships::Memberships(const Policy& policy) : policy_(policy) {
    const Including including = including_roles(policy);
    for (const Host& host : policy.hosts) {
        names_.push_back(reached_names(including, host));
    }
}

std::vector<const Host*> Memberships::hosts_in(const Audience& audience) const {
    std::vector<const Host*> hosts;
    for (std::size_t i = 0; i < policy_.hosts.size(); ++i) {
        if (any_clause_holds(audience.any_of_all, names_[i]) && !any_clause_holds(audience.except, names_[i])) {
            hosts.push_back(&policy_.hosts[i]);
        }
    }
    return hosts;
}

const std::set<std::string>& Memberships::names_of(const Host& host) const {
    const auto index = static_cast<std::size_t>(&host - policy_.hosts.data());
    require(index < names_.size(), "a host belongs to the policy that is asked about it");
    return names_[index];
}

std::vector<const Host*> hosts_in(const Policy& policy, const Audience& audience) {
    return Memberships(policy).hosts_in(audience);
}

Placement placement_for(const Policy& policy, const Placement& declared,
                        const std::map<std::string, Placement>& overrides, const Host& host) {
    Placement result = policy.defaults;
    overlay(result, declared);
    if (overrides.empty()) {
        return result;
    }
    const std::set<std::string> names = names_of(policy, host);
    for (const auto& [name, placement] : overrides) {
        if (name != host.name && names.count(name) > 0) {
            overlay(result, placement);
        }
    }
    if (const auto own = overrides.find(host.name); own != overrides.end()) {
        overlay(result, own->second);
    }
    return result;
}

}  // namespace bestow::policy
