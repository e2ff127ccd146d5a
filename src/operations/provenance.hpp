#pragma once
/// Which commit a store is at, asked of git on an operator's machine. Never on a host.

#include "delivery/manifest.hpp"
#include "operations/open_store.hpp"

#include <string>
#include <vector>

namespace bestow::operations {

struct ProvenanceAnswer {
    delivery::Provenance provenance;  ///< empty outside of a git work tree, and before its first commit
    std::string warning;              ///< why nothing is known although there is a work tree; or empty
};

/// `files`: those of the store that matter besides the ones with its policy: one that git does not have is a
/// difference, too.
ProvenanceAnswer ask_git(const OpenStore& store, const std::vector<std::string>& files);

}  // namespace bestow::operations
