#pragma once
/// The part of a sync that is about one host or operator, who comes, goes or changes keys.

#include "operations/sync.hpp"

#include <set>
#include <string>
#include <vector>

namespace bestow::operations {

struct ReaderScope {
    policy::Reader::Kind kind = policy::Reader::Kind::Host;
    std::string name;
    std::set<std::string> lost = {};     ///< recipients that go, wherever they are
    std::set<std::string> renewed = {};  ///< declared files that get a new data key although they drift in no way
    /// Who comes to each file that holds a lost recipient, also where no declared secret lives.
    std::vector<policy::Reader> successors = {};
    bool keeps_lost = false;  ///< until a date: nobody goes, the successors come beside
};
/// Declared files that the reader should read and does not, files where a lost recipient is too many, and files of the
/// store in which nothing is declared but which a lost recipient can read. Each is read once.
SyncPlan plan_sync_for(const OpenStore& store, const ReaderScope& scope);

/// Adds the files in which nothing is declared but which a lost recipient can read: they keep whom they have otherwise.
void plan_undeclared_losses(const OpenStore& store, const std::set<std::string>& lost, SyncPlan& plan);

}  // namespace bestow::operations
