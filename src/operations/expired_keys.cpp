#include "operations/expired_keys.hpp"

#include <algorithm>
#include <utility>

namespace bestow::operations {
namespace {

std::vector<Readable> closed_to(const OpenStore& store, const SyncPlan& plan, const policy::Key& key) {
    const std::string converted = age::recipient_as_x25519(key.recipient);
    std::vector<Readable> readable;
    for (const FileDrift& change : plan.drifting) {
        const bool is_closed =
            std::any_of(change.drift.surplus.begin(), change.drift.surplus.end(),
                        [&](const std::string& one) { return one == key.recipient || one == converted; });
        if (!is_closed) {
            continue;
        }
        if (std::optional<Readable> there = readable_now(store, change.file)) {
            readable.push_back(std::move(*there));
        }
    }
    return readable;
}

}  // namespace

std::vector<ExpiredKey> expired_keys(const OpenStore& store, const SyncPlan& plan) {
    const std::string today = os::utc_date(store.system().now());
    std::vector<ExpiredKey> expired;
    const auto look_at = [&](const auto& owner, policy::Reader::Kind kind) {
        for (const policy::Key& key : owner.keys) {
            if (key.until && *key.until < today) {
                expired.push_back({kind, owner.name, key, owner.keys.size() > 1, closed_to(store, plan, key)});
            }
        }
    };
    for (const policy::Operator& one : store.policy().operators) {
        look_at(one, policy::Reader::Kind::Operator);
    }
    for (const policy::Host& one : store.policy().hosts) {
        look_at(one, policy::Reader::Kind::Host);
    }
    return expired;
}

}  // namespace bestow::operations
