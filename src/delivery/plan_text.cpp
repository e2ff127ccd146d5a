#include "base/format.hpp"
#include "delivery/plan.hpp"

#include <algorithm>

namespace bestow::delivery {
namespace {

std::string_view what_happens_to(const std::string& path, const Plan& plan) {
    const auto holds = [&](const std::vector<std::string>& paths) {
        return std::find(paths.begin(), paths.end(), path) != paths.end();
    };
    return holds(plan.added) ? "add" : holds(plan.changed) ? "change" : "keep";
}

std::string line_of(const PlannedFile& file, const Plan& plan) {
    const FileRecord& record = file.record;
    return format("{} {} {}:{} {:04o}{}{}\n", what_happens_to(record.path, plan), record.path, record.uid, record.gid,
                  record.mode_bits, record.stale_since != 0 ? " stale" : "",
                  record.owner_pending ? " owner pending" : "");
}

bool is_forced(const LinkStep& step, const Plan& plan) {
    return std::find(plan.forced.begin(), plan.forced.end(), step.path) != plan.forced.end();
}

std::string line_of(const LinkStep& step, const Plan& plan) {
    switch (step.action) {
        case LinkStep::Action::Remove:
            return format("remove link {}\n", step.path);
        case LinkStep::Action::Replace:
            return format("replace {} {} -> {}\n", is_forced(step, plan) ? "what is not bestow's by link" : "link",
                          step.path, step.target);
        case LinkStep::Action::Make:
            break;
    }
    return format("make link {} -> {}\n", step.path, step.target);
}

}  // namespace

std::vector<std::string> link_paths(const Plan& plan, bool removed) {
    std::vector<std::string> paths;
    for (const LinkStep& step : plan.links) {
        if ((step.action == LinkStep::Action::Remove) == removed) {
            paths.push_back(step.path);
        }
    }
    return paths;
}

std::string steps_text(const Plan& plan) {
    std::string text;
    if (plan.new_generation) {
        text += format("new generation {}\n", plan.generation);
        for (const PlannedFile& file : plan.files) {
            text += line_of(file, plan);
        }
        for (const std::string& path : plan.removed) {
            text += format("remove {}\n", path);
        }
        text += format("switch to generation {}\n", plan.generation);
    }
    if (plan.make_entry) {
        text += "make the entry\n";
    }
    for (const LinkStep& step : plan.links) {
        text += line_of(step, plan);
    }
    return text + units_text(plan.units);
}

std::string to_text(const Plan& plan) {
    std::string text = steps_text(plan);
    for (const Problem& problem : plan.problems) {
        text += format("problem {}: {}\n", problem.item, problem.message);
    }
    return text;
}

}  // namespace bestow::delivery
