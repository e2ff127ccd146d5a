#include "delivery/rollback_plan.hpp"

#include "base/format.hpp"

#include <algorithm>

namespace bestow::delivery {
namespace {

bool is_expired(const FileRecord& record, const RollbackInput& input) {
    const std::int64_t age_seconds = input.now - record.stale_since;
    return input.max_stale_seconds && record.stale_since != 0 && age_seconds > 0 &&
           static_cast<std::uint64_t>(age_seconds) > *input.max_stale_seconds;
}

/// Why it cannot come back: the list to name it in; nullptr when it can.
std::vector<std::string>* obstacle(const FileRecord& record, const RollbackInput& input, RollbackPlan& plan) {
    const auto file = input.target->files.find(record.path);
    if (file == input.target->files.end()) {
        return &plan.lost;
    }
    if (input.delivered && input.delivered->count(record.path) == 0) {
        return &plan.revoked;
    }
    if (is_expired(record, input)) {
        return &plan.expired;
    }
    const bool proved = input.tag_keys.empty() || is_as_delivered(record, file->second.content.view(), input.tag_keys);
    return proved ? nullptr : &plan.tampered;
}

/// Content comes back, rights do not.
FileRecord as_delivered_now(FileRecord record, const RollbackInput& input) {
    if (input.delivered) {
        const DeliveredTo& to = input.delivered->at(record.path);
        record.uid = to.owner.uid;
        record.gid = to.owner.gid;
        record.mode_bits = to.mode_bits;
        record.owner_pending = to.owner_pending;
    }
    return record;
}

void compare(const FileRecord& record, const RollbackInput& input, RollbackPlan& plan) {
    const auto live = input.live->files.find(record.path);
    if (live == input.live->files.end()) {
        plan.added.push_back(record.path);
        plan.units.add_awaited(record.restart);
        plan.units.add_awaited(record.reload);
    } else {
        const ObservedFile& older = input.target->files.at(record.path);
        const ObservedFile& now = live->second;
        if (now.owner == Owner{record.uid, record.gid} && now.mode_bits == record.mode_bits &&
            equal_constant_time(older.content.view(), now.content.view())) {
            return;
        }
        plan.changed.push_back(record.path);
    }
    plan.units.add(record.restart, record.reload);
}

void reassign(const FileRecord& record, const RollbackInput& input, RollbackPlan& plan) {
    const ObservedFile& file = input.target->files.at(record.path);
    if (file.owner != Owner{record.uid, record.gid} || file.mode_bits != record.mode_bits) {
        plan.reassigned.push_back({record, &file.content});
    }
}

void add_lines(std::string& text, const char* verb, const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
        text += format("{} {}\n", verb, path);
    }
}

}  // namespace

RollbackPlan plan_rollback(const RollbackInput& input) {
    RollbackPlan plan;
    plan.generation = input.target->generation;
    plan.state = input.target->state;
    plan.state.files.clear();
    plan.units = input.live->pending;
    for (const FileRecord& record : input.target->state.files) {
        if (std::vector<std::string>* const list = obstacle(record, input, plan)) {
            list->push_back(record.path);
            continue;
        }
        const FileRecord now = as_delivered_now(record, input);
        compare(now, input, plan);
        reassign(now, input, plan);
        plan.state.files.push_back(now);
    }
    for (const auto& [path, file] : input.live->files) {
        if (plan.state.find(path) == nullptr) {
            plan.removed.push_back(path);
        }
    }
    // Links are nobody's who rolls back: those that were made since must be found when they have to go.
    for (const std::string& link : input.live->state.links) {
        if (std::find(plan.state.links.begin(), plan.state.links.end(), link) == plan.state.links.end()) {
            plan.state.links.push_back(link);
        }
    }
    std::sort(plan.state.links.begin(), plan.state.links.end());
    return plan;
}

std::string to_text(const RollbackPlan& plan) {
    std::string text;
    add_lines(text, "add", plan.added);
    add_lines(text, "change", plan.changed);
    add_lines(text, "remove", plan.removed);
    for (const PlannedFile& file : plan.reassigned) {
        text += format("give {} to {}:{} {:04o}\n", file.record.path, file.record.uid, file.record.gid,
                       file.record.mode_bits);
    }
    text += format("switch to generation {}\n", plan.generation);
    return text + units_text(plan.units);
}

}  // namespace bestow::delivery
