#include "operations/expired_keys.hpp"

#include "operations/reader_scope.hpp"
#include "policy/edit.hpp"

#include <algorithm>
#include <numeric>
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

bool has_expired(const policy::Key& key, const std::string& today) {
    return key.until && *key.until < today;
}

std::string without_key(const std::string& text, const ExpiredKey& expired) {
    policy::KeyReplacement removal;
    removal.section = expired.kind == policy::Reader::Kind::Host ? "hosts" : "operators";
    removal.name = expired.name;
    removal.old_recipient = expired.key.recipient;
    return policy::with_replaced_key(text, removal);
}

/// In both forms, save for what is a current key's, too.
std::set<std::string> lost_recipients(const OpenStore& store, const std::vector<ExpiredKey>& expired) {
    std::set<std::string> lost;
    for (const ExpiredKey& one : expired) {
        lost.insert({one.key.recipient, age::recipient_as_x25519(one.key.recipient)});
    }
    const std::string today = os::utc_date(store.system().now());
    const auto keep_current = [&](const auto& owners) {
        for (const auto& owner : owners) {
            for (const policy::Key& key : owner.keys) {
                if (!has_expired(key, today)) {
                    lost.erase(key.recipient);
                    lost.erase(age::recipient_as_x25519(key.recipient));
                }
            }
        }
    };
    keep_current(store.policy().operators);
    keep_current(store.policy().hosts);
    return lost;
}

}  // namespace

std::vector<ExpiredKey> expired_keys(const OpenStore& store, const SyncPlan& plan) {
    const std::string today = os::utc_date(store.system().now());
    std::vector<ExpiredKey> expired;
    const auto look_at = [&](const auto& owner, policy::Reader::Kind kind) {
        const bool has_successor = std::any_of(owner.keys.begin(), owner.keys.end(),
                                               [&](const policy::Key& key) { return !has_expired(key, today); });
        for (const policy::Key& key : owner.keys) {
            if (has_expired(key, today)) {
                expired.push_back(
                    {kind, owner.name, key, owner.origin.file, has_successor, closed_to(store, plan, key)});
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

FullSync plan_full_sync(const OpenStore& store) {
    FullSync sync;
    sync.plan = plan_sync(store, {});
    std::vector<ExpiredKey> going = expired_keys(store, {});
    std::erase_if(going, [](const ExpiredKey& expired) { return !expired.has_successor; });
    if (!going.empty()) {
        sync.policy.lost = lost_recipients(store, going);
        plan_undeclared_losses(store, sync.policy.lost, sync.plan);
        sync.policy.last = edited_policy_files(store, [&](std::string_view text) {
            return std::accumulate(going.begin(), going.end(), std::string(text), without_key);
        });
        (void)store.store().policy_with(sync.policy.last);
    }
    sync.expired = expired_keys(store, sync.plan);
    return sync;
}

}  // namespace bestow::operations
