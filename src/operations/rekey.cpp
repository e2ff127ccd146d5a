#include "operations/rekey.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <utility>

namespace bestow::operations {
namespace {

/// The readers in the order in which they stand in the file.
std::vector<policy::Reader> in_order_of(const sops::EncryptedFile& document, std::vector<policy::Reader> readers) {
    const std::vector<std::string> order = document.recipients();
    std::stable_sort(readers.begin(), readers.end(), [&](const policy::Reader& a, const policy::Reader& b) {
        return std::find(order.begin(), order.end(), a.recipient) < std::find(order.begin(), order.end(), b.recipient);
    });
    return readers;
}

/// False: it is not there.
bool plan_one(const OpenStore& store, const std::string& name, SyncPlan& plan) {
    const std::size_t before = plan.drifting.size();
    const bool is_there = plan_file(store, name, plan, true);
    if (!is_there || plan.drifting.size() == before) {
        return is_there;
    }
    FileDrift& change = plan.drifting.back();
    if (!change.drift.none()) {
        plan.drifting.pop_back();
        throw Error(ErrorKind::Policy, format("{} is not readable by exactly those who may read it", quoted(name)),
                    format("bestow sync {}", name));
    }
    change.needs_new_data_key = true;
    change.readers = in_order_of(store::require_document(*change.stored), std::move(change.readers));
    return true;
}

}  // namespace

SyncPlan plan_rekey(const OpenStore& store, const std::vector<std::string>& only) {
    SyncPlan plan;
    std::vector<std::string> names = only;
    if (only.empty()) {
        for (const policy::FileAccess& access : store.view().access) {
            names.push_back(access.file);
        }
    }
    for (const std::string& name : names) {
        try {
            if (!plan_one(store, name, plan) && !only.empty()) {
                throw Error(ErrorKind::NotFound, format("there is no file {}", quoted(name)));
            }
        } catch (const Error& error) {
            plan.problems.push_back({name, error});
        }
    }
    return plan;
}

}  // namespace bestow::operations
