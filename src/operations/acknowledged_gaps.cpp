#include "operations/acknowledged_gaps.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "operations/state_lines.hpp"

#include <algorithm>

namespace bestow::operations {
namespace {

using history::Unreadable;

constexpr const char* kFileName = "acknowledged_gaps";
constexpr std::size_t kShortestName = 8;

std::string line_of(const OpenStore& store, const std::string& gap) {
    return format("{}\t{}", store.store().path(), gap);
}

/// Whoever has no home, as a CI job, or cannot read what is in it, has acknowledged nothing.
StateLines known_gaps(const OpenStore& store) {
    try {
        return StateLines::load(store.system(), kFileName);
    } catch (const Error&) {
        return {};
    }
}

void add_named(const std::vector<Unreadable>& all, std::string_view name, std::vector<const Unreadable*>& found) {
    for (const Unreadable& one : all) {
        if (!one.gap.empty() && one.gap.starts_with(name)) {
            found.push_back(&one);
        }
    }
}

}  // namespace

void set_acknowledged_aside(const OpenStore& store, AuditResult& result) {
    const bool any = std::any_of(result.warnings.begin(), result.warnings.end(),
                                 [](const Unreadable& one) { return !one.gap.empty(); });
    if (any) {
        const StateLines known = known_gaps(store);
        const auto told = std::stable_partition(
            result.warnings.begin(), result.warnings.end(),
            [&](const Unreadable& one) { return one.gap.empty() || !known.contains(line_of(store, one.gap)); });
        result.acknowledged.insert(result.acknowledged.end(), told, result.warnings.end());
        result.warnings.erase(told, result.warnings.end());
    }
    result.complete =
        std::none_of(result.warnings.begin(), result.warnings.end(), [](const Unreadable& one) { return one.hides; });
}

std::vector<Unreadable> find_gaps(const AuditResult& result, const std::vector<std::string>& names) {
    std::vector<Unreadable> gaps;
    for (const std::string& name : names) {
        if (name.size() < kShortestName) {
            throw Error(ErrorKind::Usage, format("{} is too short to name a gap", quoted(name)),
                        format("give {} characters of it, or more", kShortestName));
        }
        std::vector<const Unreadable*> found;
        add_named(result.warnings, name, found);
        const std::size_t told = found.size();
        add_named(result.acknowledged, name, found);
        if (found.empty()) {
            throw Error(ErrorKind::NotFound, format("there is no gap {} in this audit", quoted(name)),
                        "`bestow audit` names the gaps that it finds; with --all, those beyond HEAD, too");
        }
        if (found.size() > 1) {
            throw Error(ErrorKind::Usage, format("there are {} gaps that begin with {}", found.size(), quoted(name)),
                        "give more of the one that is meant");
        }
        if (told == 1) {
            gaps.push_back(*found.front());
        }
    }
    return gaps;
}

void acknowledge_gaps(const OpenStore& store, const std::vector<Unreadable>& gaps) {
    if (store.store().path().find_first_of("\t\n") != std::string::npos) {
        throw Error(ErrorKind::Failed,
                    format("the store's path {} holds a tab or a line break", quoted(store.store().path())));
    }
    StateLines known = StateLines::load(store.system(), kFileName);
    for (const Unreadable& one : gaps) {
        known.add(line_of(store, one.gap));
    }
    known.save(store.system());
}

}  // namespace bestow::operations
