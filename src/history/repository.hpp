#pragma once
/// The git repository that a store lies in: where it is, and what of it is not there.

#include "history/git.hpp"

namespace bestow::history {

struct Repository {
    std::string prefix;            ///< of the store in the work tree: "" or "stores/home/"
    std::string common_directory;  ///< absolute: where all work trees of the repository keep what they share
    std::string head;              ///< the commit that HEAD names; empty on a branch without a commit
    bool is_shallow = false;       ///< older commits were left out when it was cloned
    bool is_partial = false;       ///< objects were
    bool uses_sha256 = false;      ///< names of objects are SHA-256 and not SHA-1
};

/// True for a directory (absolute) with a `.git` in it or above.
bool is_in_work_tree(os::System& system, std::string directory);

/// Throws Error(Failed) when `directory` is in no git work tree, or git refuses to read it.
Repository find_repository(const Git& git, const std::string& directory);

/// The name that git gives a file's content.
std::string blob_name(const Repository& repository, ByteView content);

}  // namespace bestow::history
