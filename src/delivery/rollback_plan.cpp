#include "delivery/rollback_plan.hpp"

#include "base/format.hpp"

#include <algorithm>

namespace bestow::delivery {
namespace {

bool is_as_delivered(const FileRecord& record, const ObservedFile& file, const RollbackInput& input) {
    return input.tag_keys.empty() || std::any_of(input.tag_keys.begin(), input.tag_keys.end(), [&](ByteView key) {
               return content_tag(key, record.path, file.content.view()) == record.tag;
           });
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
    return is_as_delivered(record, file->second, input) ? nullptr : &plan.tampered;
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
        if (older.owner == now.owner && older.mode_bits == now.mode_bits &&
            equal_constant_time(older.content.view(), now.content.view())) {
            return;
        }
        plan.changed.push_back(record.path);
    }
    plan.units.add(record.restart, record.reload);
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
        compare(record, input, plan);
        plan.state.files.push_back(record);
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
    text += format("switch to generation {}\n", plan.generation);
    return text + units_text(plan.units);
}

}  // namespace bestow::delivery
