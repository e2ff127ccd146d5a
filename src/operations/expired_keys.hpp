#pragma once
/// Keys of hosts and operators whose `until` has passed: what a sync takes away from them, and that it takes them out
/// of bestow.yaml.

#include "operations/enrol.hpp"

#include <string>
#include <vector>

namespace bestow::operations {

struct ExpiredKey {
    policy::Reader::Kind kind = policy::Reader::Kind::Host;
    std::string name;
    policy::Key key;
    std::string declared_in;         ///< bestow.yaml, or a file that it includes
    bool has_successor = false;      ///< its holder has a key that is none of these
    std::vector<Readable> readable;  ///< files that the plan closes to it, and what lies in them
};

/// Those that are in bestow.yaml still; `readable` is empty for one that no planned file has.
std::vector<ExpiredKey> expired_keys(const OpenStore& store, const SyncPlan& plan);

/// A sync of all files.
struct FullSync {
    SyncPlan plan;
    std::vector<ExpiredKey> expired;
    PolicyWrites policy;  ///< `last` without the expired keys that have a successor
};
/// plan_sync of every declared file, and of the undeclared ones that such a key can read: in bestow.yaml it is
/// forgotten once no file has it. Throws Error(Policy) where that would not be valid without it.
FullSync plan_full_sync(const OpenStore& store);

}  // namespace bestow::operations
