#include "history/walk.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <queue>
#include <unordered_map>

namespace bestow::history {
namespace {

using Names = std::unordered_map<std::string_view, Index>;

/// Parents before children, whatever their dates say.
std::vector<Index> topological_order(const std::vector<ListedCommit>& listed, const Names& names) {
    std::vector<std::vector<Index>> children(listed.size());
    std::vector<Index> parents_left(listed.size(), 0);
    for (Index one = 0; one < listed.size(); ++one) {
        for (const std::string& parent : listed[one].parents) {
            if (const auto found = names.find(parent); found != names.end()) {
                children[found->second].push_back(one);
                ++parents_left[one];
            }
        }
    }
    std::vector<Index> order;
    order.reserve(listed.size());
    // git lists newer commits first: from the end, to keep equals in the order in which they were made.
    for (Index one = static_cast<Index>(listed.size()); one-- > 0;) {
        if (parents_left[one] == 0) {
            order.push_back(one);
        }
    }
    for (std::size_t done = 0; done < order.size(); ++done) {
        for (const Index child : children[order[done]]) {
            if (--parents_left[child] == 0) {
                order.push_back(child);
            }
        }
    }
    return order;
}

/// The forest that first parents make, laid out so that all that descend from a commit stand in one row behind it.
class Forest {
  public:
    explicit Forest(const std::vector<Commit>& commits)
        : begin_(commits.size()), end_(commits.size()), row_(commits.size()) {
        std::vector<std::vector<Index>> children(commits.size());
        std::vector<Index> pending;
        for (Index one = 0; one < commits.size(); ++one) {
            if (commits[one].first_parent == kNone) {
                pending.push_back(one);
            } else {
                children[commits[one].first_parent].push_back(one);
            }
        }
        Index next = 0;
        while (!pending.empty()) {
            const Index one = pending.back();
            if (begin_[one] == 0 && !started_.contains(one)) {
                started_.insert({one, true});
                begin_[one] = next;
                row_[next++] = one;
                pending.insert(pending.end(), children[one].begin(), children[one].end());
            } else {
                end_[one] = next;
                pending.pop_back();
            }
        }
        started_.clear();
        build();
    }

    [[nodiscard]] Index begin(Index commit) const { return begin_[commit]; }
    [[nodiscard]] Index end(Index commit) const { return end_[commit]; }

    /// Widens [first, last] by the commits at [begin, end) of the row.
    void widen(Index begin, Index end, Index& first, Index& last) const {
        const std::size_t size = row_.size();
        for (std::size_t left = begin + size, right = end + size; left < right; left /= 2, right /= 2) {
            if (left % 2 == 1) {
                take(left++, first, last);
            }
            if (right % 2 == 1) {
                take(--right, first, last);
            }
        }
    }

  private:
    void build() {
        const std::size_t size = row_.size();
        least_.resize(2 * size);
        greatest_.resize(2 * size);
        std::copy(row_.begin(), row_.end(), least_.begin() + static_cast<std::ptrdiff_t>(size));
        std::copy(row_.begin(), row_.end(), greatest_.begin() + static_cast<std::ptrdiff_t>(size));
        for (std::size_t node = size; node-- > 1;) {
            least_[node] = std::min(least_[2 * node], least_[2 * node + 1]);
            greatest_[node] = std::max(greatest_[2 * node], greatest_[2 * node + 1]);
        }
    }
    void take(std::size_t node, Index& first, Index& last) const {
        first = first == kNone ? least_[node] : std::min(first, least_[node]);
        last = last == kNone ? greatest_[node] : std::max(last, greatest_[node]);
    }

    std::vector<Index> begin_, end_;
    std::vector<Index> row_;  ///< commits, as they stand in it
    std::unordered_map<Index, bool> started_;
    std::vector<Index> least_, greatest_;  ///< a tree of intervals over the row
};

/// The versions of one file.
class FileVersions {
  public:
    FileVersions(const Forest& forest, Index head_at, std::vector<Version>& versions)
        : forest_(forest), head_at_(head_at), versions_(versions) {}

    /// `changes` of one file, by where their commits begin in the row.
    void add(const std::vector<const Change*>& changes) {
        for (const Change* change : changes) {
            const Index begin = forest_.begin(change->commit);
            close_until(begin);
            if (!open_.empty()) {
                cover(begin);
            }
            open_.push_back({change, begin, {change->path, change->after, kNone, kNone, false}});
        }
        close_until(kNone);
    }

  private:
    struct Open {
        const Change* change;
        Index at;  ///< what lies before it in the row is done
        Version version;
    };

    /// Ends the innermost version's stretch where another change, or its end, is.
    void cover(Index end) {
        Open& open = open_.back();
        if (open.at < end) {
            forest_.widen(open.at, end, open.version.first, open.version.last);
            open.version.at_head = open.version.at_head || (head_at_ >= open.at && head_at_ < end);
        }
    }

    void close_until(Index begin) {
        while (!open_.empty() && forest_.end(open_.back().change->commit) <= begin) {
            const Index end = forest_.end(open_.back().change->commit);
            cover(end);
            if (open_.back().version.first != kNone) {
                versions_.push_back(open_.back().version);
            }
            open_.pop_back();
            if (!open_.empty()) {
                open_.back().at = end;
            }
        }
    }

    const Forest& forest_;
    Index head_at_;
    std::vector<Version>& versions_;
    std::vector<Open> open_;
};

}  // namespace

std::vector<Commit> order_commits(std::vector<ListedCommit> listed) {
    Names names;
    std::vector<ListedCommit> unique;
    unique.reserve(listed.size());
    for (ListedCommit& commit : listed) {
        unique.push_back(std::move(commit));  // never moves again: names refers to it
        if (!names.emplace(unique.back().name, static_cast<Index>(unique.size() - 1)).second) {
            unique.pop_back();
        }
    }
    std::vector<std::pair<std::int64_t, Index>> dated;  // and where each stands when parents come first
    const std::vector<Index> parents_first = topological_order(unique, names);
    for (Index place = 0; place < parents_first.size(); ++place) {
        dated.emplace_back(unique[parents_first[place]].seconds, place);
    }
    std::sort(dated.begin(), dated.end());
    std::vector<Index> order;
    for (const auto& [seconds, place] : dated) {
        order.push_back(parents_first[place]);
    }
    std::vector<Index> places(unique.size(), kNone);
    for (Index place = 0; place < order.size(); ++place) {
        places[order[place]] = place;
    }
    std::vector<Commit> commits;
    commits.reserve(order.size());
    for (const Index one : order) {
        const ListedCommit& from = unique[one];
        Commit commit{from.name, from.seconds, kNone, false};
        if (!from.parents.empty()) {
            const auto parent = names.find(from.parents.front());
            commit.is_cut_off = parent == names.end();
            commit.first_parent = commit.is_cut_off ? kNone : places[parent->second];
        }
        commits.push_back(std::move(commit));
    }
    return commits;
}

std::vector<Version> versions_of(const std::vector<Commit>& commits, const std::vector<Change>& changes, Index head) {
    const Forest forest(commits);
    std::vector<const Change*> sorted;
    sorted.reserve(changes.size());
    for (const Change& change : changes) {
        sorted.push_back(&change);
    }
    std::sort(sorted.begin(), sorted.end(), [&](const Change* one, const Change* other) {
        return std::pair(one->path, forest.begin(one->commit)) < std::pair(other->path, forest.begin(other->commit));
    });
    std::vector<Version> versions;
    const Index head_at = head == kNone ? kNone : forest.begin(head);
    for (std::size_t begin = 0, end = 0; begin < sorted.size(); begin = end) {
        while (end < sorted.size() && sorted[end]->path == sorted[begin]->path) {
            ++end;
        }
        FileVersions(forest, head_at, versions)
            .add({sorted.begin() + static_cast<std::ptrdiff_t>(begin),
                  sorted.begin() + static_cast<std::ptrdiff_t>(end)});
    }
    return versions;
}

}  // namespace bestow::history
