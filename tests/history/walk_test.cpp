#include "history/walk.hpp"

#include <map>
#include <random>

#include <catch2/catch.hpp>

using namespace bestow::history;

namespace {

std::string name_of(std::size_t number) {
    std::string name = std::to_string(number);
    return std::string(40 - name.size(), '0') + name;
}

/// What each commit's tree holds, commit by commit: path -> blob.
std::vector<std::map<Index, Index>> trees_of(const std::vector<Commit>& commits, const std::vector<Change>& changes) {
    std::vector<std::map<Index, Index>> trees(commits.size());
    std::vector<bool> done(commits.size());
    for (std::size_t left = commits.size(); left > 0;) {
        for (Index one = 0; one < commits.size(); ++one) {
            const Index parent = commits[one].first_parent;
            if (done[one] || (parent != kNone && !done[parent])) {
                continue;
            }
            trees[one] = parent == kNone ? std::map<Index, Index>() : trees[parent];
            for (const Change& change : changes) {
                if (change.commit == one) {
                    trees[one][change.path] = change.after;
                }
            }
            done[one] = true;
            --left;
        }
    }
    return trees;
}

}  // namespace

TEST_CASE("commits stand in the order of their dates, of equal dates parents first") {
    const std::vector<Commit> commits = order_commits({{name_of(3), 5, {name_of(2), name_of(4)}},
                                                       {name_of(2), 5, {name_of(1)}},
                                                       {name_of(4), 2, {name_of(1)}},
                                                       {name_of(1), 5, {}},
                                                       {name_of(9), 1, {name_of(8)}},
                                                       {name_of(3), 5, {name_of(2)}}});
    std::vector<std::string> names;
    for (const Commit& commit : commits) {
        names.push_back(commit.name.substr(39));
    }
    CHECK(names == std::vector<std::string>{"9", "4", "1", "2", "3"});
    CHECK(commits[0].is_cut_off);
    CHECK(commits[4].first_parent == 3);
    CHECK(commits[1].first_parent == 2);  // a child that says it is older than its parent
}

TEST_CASE("versions stand exactly where a look at every tree finds them") {
    std::mt19937 random(7);  // NOLINT: the same histories each time
    const auto below = [&](std::size_t limit) { return static_cast<Index>(random() % limit); };
    for (int round = 0; round < 300; ++round) {
        std::vector<ListedCommit> listed;
        const std::size_t count = 1 + below(12);
        for (std::size_t one = 0; one < count; ++one) {
            ListedCommit commit{name_of(one), static_cast<std::int64_t>(below(8)), {}};
            if (one > 0 && below(8) != 0) {
                commit.parents.push_back(name_of(below(one)));
                if (below(4) == 0) {
                    commit.parents.push_back(name_of(below(one)));
                }
            }
            listed.insert(listed.begin(), commit);
        }
        const std::vector<Commit> commits = order_commits(listed);
        std::vector<Change> changes;
        for (Index commit = 0; commit < commits.size(); ++commit) {
            for (Index path = 0; path < 2; ++path) {
                if (below(3) == 0) {
                    changes.push_back({commit, path, kNone, below(4) == 0 ? kNone : below(3)});
                }
            }
        }
        const Index head = below(commits.size());
        const std::vector<std::map<Index, Index>> trees = trees_of(commits, changes);
        std::map<std::pair<Index, Index>, std::pair<Index, Index>> expected;
        std::map<std::pair<Index, Index>, std::pair<Index, Index>> found;
        std::map<Index, Index> at_head;
        const auto widen = [](auto& stretches, Index path, Index blob, Index first, Index last) {
            auto& stretch = stretches.try_emplace({path, blob}, std::pair(first, last)).first->second;
            stretch = {std::min(stretch.first, first), std::max(stretch.second, last)};
        };
        for (Index commit = 0; commit < commits.size(); ++commit) {
            for (const auto& [path, blob] : trees[commit]) {
                widen(expected, path, blob, commit, commit);
            }
        }
        for (const Version& version : versions_of(commits, changes, head)) {
            widen(found, version.path, version.blob, version.first, version.last);
            if (version.at_head) {
                CHECK(at_head.emplace(version.path, version.blob).second);
            }
        }
        CHECK(found == expected);
        CHECK(at_head == trees[head]);
    }
}
