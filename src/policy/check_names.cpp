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
        reading.problems.add(
            mention.name.origin,
            format("there is no {} {}{}", allowed_names(mention.allowed), quoted(name),
                   reading.problems.many() ? "" : did_you_mean(name, candidates_for(reading, mention.allowed))));
    } else if (mention.allowed.count(there->second.first) == 0) {
        reading.problems.add(mention.name.origin,
                             format("{} expected, but {} is declared as {}", allowed_names(mention.allowed),
                                    quoted(name), kind_name(there->second.first)));
    }
}

/// Roles that lie on a circle: Tarjan's strongly connected components, in one pass and without recursion, since a role
/// may include a role may include a role as often as a file has room.
class Circles {
  public:
    explicit Circles(const Policy& policy) : policy_(policy) {}

    std::set<std::string> find() {
        for (auto role = policy_.roles.begin(); role != policy_.roles.end(); ++role) {
            if (marks_.count(role->first) == 0) {
                walk_from(role);
            }
        }
        return std::move(found_);
    }

  private:
    using Role = std::map<std::string, std::vector<std::string>>::const_iterator;
    struct Mark {
        std::size_t index = 0;
        std::size_t lowest = 0;
        bool open = true;  ///< its component is not complete yet
    };
    struct Visit {
        Role role;
        std::size_t next = 0;  ///< of its members
    };

    void enter(Role role) {
        marks_[role->first] = {marks_.size(), marks_.size(), true};
        open_.push_back(role->first);
        visits_.push_back({role});
    }

    void walk_from(Role start) {
        enter(start);
        while (!visits_.empty()) {
            Visit& visit = visits_.back();
            if (visit.next < visit.role->second.size()) {
                look_at(visit.role, visit.role->second[visit.next++]);
            } else {
                leave(visit.role);
            }
        }
    }

    void look_at(Role from, const std::string& member) {
        const Role role = policy_.roles.find(member);
        if (role == policy_.roles.end()) {
            return;  // a host
        }
        const auto mark = marks_.find(member);
        if (mark == marks_.end()) {
            enter(role);
        } else if (mark->second.open) {
            Mark& own = marks_[from->first];
            own.lowest = std::min(own.lowest, mark->second.index);
            if (role == from) {
                found_.insert(member);
            }
        }
    }

    void leave(Role role) {
        visits_.pop_back();
        const Mark mark = marks_[role->first];
        if (!visits_.empty()) {
            Mark& parent = marks_[visits_.back().role->first];
            parent.lowest = std::min(parent.lowest, mark.lowest);
        }
        if (mark.lowest != mark.index) {
            return;
        }
        const auto first = std::find(open_.rbegin(), open_.rend(), role->first).base() - 1;
        for (auto one = first; one != open_.end(); ++one) {
            marks_[*one].open = false;
            if (open_.end() - first > 1) {
                found_.insert(*one);
            }
        }
        open_.erase(first, open_.end());
    }

    const Policy& policy_;
    std::map<std::string, Mark> marks_;
    std::vector<std::string> open_;
    std::vector<Visit> visits_;
    std::set<std::string> found_;
};

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
    for (const std::string& role : Circles(reading.policy).find()) {
        const auto declared = reading.names.find(role);
        reading.problems.add(declared == reading.names.end() ? Origin{} : declared->second.second,
                             format("role {} includes itself", quoted(role)));
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
