#include "policy/problems.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <tuple>

namespace bestow::policy {

std::string to_text(const Origin& origin) {
    const std::string file = on_one_line(origin.file);
    return origin.at.line == 0 ? file : format("{}:{}", file, origin.at.line);
}

void Problems::add(const Origin& origin, std::string message) {
    if (problems_.size() == kMaxKept) {
        ++dropped_;
        return;
    }
    problems_.push_back({origin, std::move(message)});
}

std::vector<std::string> Problems::lines() const {
    std::vector<Problem> sorted = problems_;
    std::stable_sort(sorted.begin(), sorted.end(), [](const Problem& a, const Problem& b) {
        return std::tie(a.origin.file, a.origin.at.line) < std::tie(b.origin.file, b.origin.at.line);
    });
    std::vector<std::string> result;
    for (const Problem& problem : sorted) {
        std::string line = on_one_line(format("{}: {}", to_text(problem.origin), problem.message));
        if (result.empty() || result.back() != line) {
            result.push_back(std::move(line));
        }
    }
    const std::size_t found = result.size() + dropped_;
    if (found > kMaxShown) {
        const std::size_t more = found - kMaxShown;
        result.resize(std::min(result.size(), kMaxShown));
        result.push_back(format("... and {} more", more));
    }
    return result;
}

void Problems::throw_if_any() const {
    if (!empty()) {
        throw Error(ErrorKind::Policy, join(lines(), "\n"));
    }
}

}  // namespace bestow::policy
