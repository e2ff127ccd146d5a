#pragma once
/// The commits of a walk in their order, and where in it each version of each file stands. Pure.
///
/// The order is that of committer dates; of equal dates, parents come first. What a commit's tree holds follows from
/// its first parent's and what it changed against that, so that versions are found without looking at whole trees: a
/// version stands at the commit that brought it and at all that descend from it by first parents, up to those that
/// changed the file again.

#include "history/git_output.hpp"
#include "history/known.hpp"

namespace bestow::history {

struct Commit {
    std::string name;
    std::int64_t seconds = 0;
    Index first_parent = kNone;  ///< of the walk
    /// Of one that has parents, but none in the walk: they could not be read.
    bool is_cut_off = false;
};

/// In the walk's order. Names twice count once.
std::vector<Commit> order_commits(std::vector<ListedCommit> listed);

/// A file's change at a commit of the walk.
struct Change {
    Index commit = kNone;  ///< of the walk
    Index path = kNone;    ///< of tables.texts
    Index before = kNone;  ///< of the blobs; kNone where there was none
    Index after = kNone;
};

/// A version of a file, from a change to the next ones.
struct Version {
    Index path = kNone;
    Index blob = kNone;   ///< kNone: the file is not there
    Index first = kNone;  ///< of the commits whose tree has it, in the walk's order
    Index last = kNone;
    bool at_head = false;
};

/// Every version of every file, the changes' paths in any order. `head`: kNone for none.
std::vector<Version> versions_of(const std::vector<Commit>& commits, const std::vector<Change>& changes, Index head);

}  // namespace bestow::history
