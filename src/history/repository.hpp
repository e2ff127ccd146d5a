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

/// The nearest directory with a `.git` in it, from this one (absolute, without links) upwards; nullopt for none.
std::optional<std::string> find_work_tree(os::System& system, std::string directory);
/// The same; throws Error(Failed) for none.
std::string require_work_tree(os::System& system, const std::string& directory);

/// "stores/home/" for /srv/stores/home below the root /srv; "" for the root itself.
std::string prefix_below(const std::string& root, const std::string& directory);
/// What a path of the repository is called from the store: what lies elsewhere in it begins with "../".
std::string name_from_store(const std::string& prefix, std::string_view path);

/// Throws Error(Failed) when git refuses to read it. `git` works at `root`.
Repository find_repository(const Git& git, const std::string& root, const std::string& directory);

/// The name that git gives a file's content.
std::string blob_name(bool uses_sha256, ByteView content);

}  // namespace bestow::history
