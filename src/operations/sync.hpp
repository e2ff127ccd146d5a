#pragma once
/// `sync`: make every file readable by exactly those whom the policy names. Planning needs no key; applying touches
/// only the files that drift, wraps the data key for readers who were added, and makes a new data key where a reader
/// was removed.

#include "operations/known_readers.hpp"
#include "operations/open_store.hpp"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace bestow::operations {

using PolicyTexts = std::map<std::string, std::string>;  ///< file -> its new text

struct FileDrift {
    std::string file;
    store::Drift drift;
    std::vector<std::string> surplus_names;  ///< drift.surplus as store::describe_recipient says
    /// Somebody who once read it may still have the data key, whether or not he is in the file.
    bool needs_new_data_key = false;
    std::vector<policy::Reader> readers;                   ///< who reads it once the plan is applied
    std::shared_ptr<const store::StoredFile> stored = {};  ///< as it was read for the plan
    bool is_undeclared = false;                            ///< no declared secret lives in it
};

struct FileProblem {
    std::string file;
    Error error;
};

struct SyncPlan {
    std::vector<FileDrift> drifting;
    std::vector<FileProblem> problems;  ///< plaintext, malformed
    std::vector<std::string> unproved;  ///< age files: their readers cannot be told without a key
    std::size_t files = 0;              ///< encrypted files that were looked at
};

/// `only` names files of the store; empty: every file that a declared secret lives in. Files that are not there yet
/// are left out, unless they were named.
SyncPlan plan_sync(const OpenStore& store, const std::vector<std::string>& only);

/// Looks at one file as plan_sync does; what drifts goes to the plan, with the file as it was read;
/// `even_without_drift` any SOPS document does. False: it is not there.
bool plan_file(const OpenStore& store, const std::string& name, SyncPlan& plan, bool even_without_drift = false);

struct SyncResult {
    std::vector<std::string> written;
    std::vector<FileProblem> problems;  ///< the plan's and those that came up since
    bool policy_held_back = false;      ///< PolicyWrites::last, since somebody who goes still reads a file
};

/// Files that declare a policy, written in the same batch as the encrypted ones.
struct PolicyWrites {
    PolicyTexts first;           ///< before the files of declared secrets: somebody comes
    PolicyTexts last;            ///< after all files: somebody goes
    std::set<std::string> lost;  ///< his recipients: `last` waits until no file that cannot be written has one
};

/// Told after each file that was made ready.
using SyncProgress = std::function<void(std::size_t done, std::size_t total)>;

/// Confirms every reader of what is written, then writes all files in one batch. What cannot be opened is reported and
/// left as it is.
SyncResult apply_sync(OpenStore& store, const SyncPlan& plan, const Confirmation& confirmation,
                      const SyncProgress& progress = {}, const PolicyWrites& policy = PolicyWrites());

}  // namespace bestow::operations
