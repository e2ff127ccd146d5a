#include "cli/problems.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/report.hpp"

#include <algorithm>

namespace bestow::cli {

void report_problems(const Invocation& invocation, const std::vector<delivery::Problem>& problems) {
    std::vector<std::pair<const delivery::Problem*, std::vector<std::string>>> told;
    for (const delivery::Problem& problem : problems) {
        const auto same = std::find_if(told.begin(), told.end(), [&](const auto& other) {
            return other.first->message == problem.message && other.first->kind == problem.kind;
        });
        if (same != told.end()) {
            same->second.push_back(problem.item);
        } else {
            told.push_back({&problem, {problem.item}});
        }
    }
    for (const auto& [problem, items] : told) {
        report_error(invocation.program_name,
                     Error(problem->kind, format("{}: {}", join(items, ", "), problem->message)));
    }
}

}  // namespace bestow::cli
