#pragma once
/// Keys of hosts and operators whose `until` has passed: what a sync takes away from them.

#include "operations/enrol.hpp"

#include <string>
#include <vector>

namespace bestow::operations {

struct ExpiredKey {
    policy::Reader::Kind kind = policy::Reader::Kind::Host;
    std::string name;
    policy::Key key;
    bool has_successor = false;      ///< its holder has another key
    std::vector<Readable> readable;  ///< files that the plan closes to it, and what lies in them
};

/// Those that are in bestow.yaml still; `readable` is empty for one that no planned file has.
std::vector<ExpiredKey> expired_keys(const OpenStore& store, const SyncPlan& plan);

}  // namespace bestow::operations
