/// Rules about names and keys across all sections: what is used has to be declared, roles must not go round in circles,
/// no two hosts have one key.

#include "age/age.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "policy/audience.hpp"
#include "policy/reading.hpp"

#include <algorithm>

namespace bestow::policy {
namespace {

std::string allowed_names(const std::set<NameKind>& allowed) {
    std::vector<std::string> names;
    for (const NameKind kind : allowed) {
        if (kind != NameKind::All) {
            names.emplace_back(kind_name(kind));
        }
    }
    return join(names, " or ");
}

std::vector<std::string> candidates_for(const Reading& reading, const std::set<NameKind>& allowed) {
    std::vector<std::string> names;
    for (const auto& [name, declared] : reading.names) {
        if (allowed.count(declared.first) > 0) {
            names.push_back(name);
        }
    }
    if (allowed.count(NameKind::All) > 0) {
        names.emplace_back(kAll);
    }
    return names;
}

void check_mention(Reading& reading, const Mention& mention) {
    const std::string& name = mention.name.text;
    if (name == kAll && mention.allowed.count(NameKind::All) > 0) {
        return;
    }
    const auto there = reading.names.find(name);
    if (there == reading.names.end()) {
        reading.problems.add(mention.name.origin,
                             format("there is no {} {}{}", allowed_names(mention.allowed), quoted(name),
                                    did_you_mean(name, candidates_for(reading, mention.allowed))));
    } else if (mention.allowed.count(there->second.first) == 0) {
        reading.problems.add(mention.name.origin,
                             format("{} expected, but {} is declared as {}", allowed_names(mention.allowed),
                                    quoted(name), kind_name(there->second.first)));
    }
}

bool reaches(const Policy& policy, const std::string& from, const std::string& role, std::set<std::string>& seen) {
    const auto members = policy.roles.find(from);
    if (members == policy.roles.end() || !seen.insert(from).second) {
        return false;
    }
    return std::any_of(members->second.begin(), members->second.end(), [&](const std::string& member) {
        return member == role || reaches(policy, member, role, seen);
    });
}

/// Says so when `recipient` belongs to somebody else already.
void claim_key(Reading& reading, std::map<std::string, std::string>& owners, const Key& key, const std::string& owner) {
    const auto [there, is_new] = owners.try_emplace(age::recipient_as_x25519(key.recipient), owner);
    if (!is_new) {
        reading.problems.add(key.origin, there->second == owner ? format("{} has this key twice", owner)
                                                                : format("{} has the key of {}", owner, there->second));
    }
}

}  // namespace

void check_mentions(Reading& reading) {
    for (const Mention& mention : reading.mentions) {
        check_mention(reading, mention);
    }
}

void check_roles(Reading& reading) {
    for (const auto& [role, members] : reading.policy.roles) {
        std::set<std::string> seen;
        if (reaches(reading.policy, role, role, seen)) {
            const auto declared = reading.names.find(role);
            reading.problems.add(declared == reading.names.end() ? Origin{} : declared->second.second,
                                 format("role {} includes itself", quoted(role)));
        }
    }
}

void check_keys(Reading& reading) {
    std::map<std::string, std::string> host_keys;
    for (const Host& host : reading.policy.hosts) {
        for (const Key& key : host.keys) {
            claim_key(reading, host_keys, key, format("host {}", quoted(host.name)));
        }
    }
    std::map<std::string, std::string> operator_keys;
    for (const Operator& one : reading.policy.operators) {
        for (const Key& key : one.keys) {
            claim_key(reading, operator_keys, key, format("operator {}", quoted(one.name)));
        }
    }
}

}  // namespace bestow::policy
