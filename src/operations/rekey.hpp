#pragma once
/// `rekey`: new data keys for files whose readers stay. Applied by apply_sync, as a sync in which nobody comes or goes.

#include "operations/sync.hpp"

#include <string>
#include <vector>

namespace bestow::operations {

/// `only` names files of the store; empty: every file that a declared secret lives in. A file whose readers are not
/// those of the policy goes to `problems`; age files, which have no data key apart, go to `unproved`.
SyncPlan plan_rekey(const OpenStore& store, const std::vector<std::string>& only);

}  // namespace bestow::operations
