#pragma once
/// Stores found from where a person stands or points to, and what a person's path means in one: the way to a store may
/// pass through links, the way in a store may not, since whoever can push to it could have made them.

#include "os/system.hpp"

#include <optional>
#include <string>

namespace bestow::store {

inline constexpr const char* kPolicyFile = "bestow.yaml";

/// The nearest directory with a bestow.yaml, from this one (absolute) upwards; a directory that may not be looked into
/// ends the search.
std::optional<std::string> nearest_store(os::System& system, const std::string& directory);

struct PlaceInStore {
    std::string root;  ///< the store's real path
    std::string name;  ///< of the file, which need not exist; not resolved, to be opened beneath the root
};

/// nullopt for a path that leads into no store. Throws Error(System) for a folder that is not there and for a link
/// below a store's root.
std::optional<PlaceInStore> place_in_store(os::System& system, const std::string& path);

}  // namespace bestow::store
