#include "operations/own_keys.hpp"

#include <algorithm>

namespace bestow::operations {
namespace {

bool has_own_key(const std::set<std::string>& own, const policy::Operator& person) {
    return std::any_of(person.keys.begin(), person.keys.end(),
                       [&](const policy::Key& key) { return own.contains(key.recipient); });
}

}  // namespace

std::set<std::string> own_recipients(OpenStore& store) {
    std::set<std::string> own;
    for (const auto& identity : store.identities().identities) {
        const std::string recipient = identity->recipient_text();
        if (!recipient.empty()) {
            own.insert(age::normalize_recipient(recipient));
            own.insert(age::recipient_as_x25519(recipient));
        }
    }
    return own;
}

void confirm_readers(OpenStore& store, const std::vector<policy::Reader>& readers, Confirmation confirmation) {
    std::optional<std::set<std::string>> own;
    confirmation.is_own = [&store, &own](const policy::Reader& reader) {
        if (!own) {
            own = own_recipients(store);
        }
        return own->contains(reader.recipient);
    };
    confirm_readers(store.system(), store.store().path(), readers, confirmation);
}

std::vector<std::string> files_lost_to_caller(OpenStore& store, const SyncPlan& plan) {
    const bool anybody_loses = std::any_of(plan.drifting.begin(), plan.drifting.end(),
                                           [](const FileDrift& change) { return !change.drift.surplus.empty(); });
    if (!anybody_loses) {
        return {};
    }
    const std::set<std::string> own = own_recipients(store);
    std::vector<std::string> lost;
    for (const FileDrift& change : plan.drifting) {
        const std::vector<policy::Reader> readers = store.readers_of(change.file);
        const bool reads_now = std::any_of(change.drift.surplus.begin(), change.drift.surplus.end(),
                                           [&](const std::string& recipient) { return own.contains(recipient); });
        const bool goes_on = std::any_of(readers.begin(), readers.end(),
                                         [&](const policy::Reader& reader) { return own.contains(reader.recipient); });
        if (reads_now && !goes_on) {
            lost.push_back(change.file);
        }
    }
    return lost;
}

bool is_callers_last_entry(OpenStore& store, const std::string& operator_name) {
    const std::set<std::string> own = own_recipients(store);
    const std::vector<policy::Operator>& operators = store.policy().operators;
    return std::any_of(
               operators.begin(), operators.end(),
               [&](const policy::Operator& one) { return one.name == operator_name && has_own_key(own, one); }) &&
           std::none_of(operators.begin(), operators.end(), [&](const policy::Operator& one) {
               return one.name != operator_name && has_own_key(own, one);
           });
}

}  // namespace bestow::operations
