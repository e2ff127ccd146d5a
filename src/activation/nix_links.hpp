#pragma once
/// Links that a sops-nix manifest wants anywhere on the machine: it is root's own, unlike a store. Nobody but root, and
/// whoever owns a folder himself, can lead them elsewhere.

#include "delivery/nix_plan.hpp"
#include "os/system.hpp"

namespace bestow::activation {

/// A folder by an absolute path, over links that belong to root or to whoever runs this. With `make`, missing folders
/// are made, 0755, whose owner is that of the folder they are in; else Error(NotFound). Throws Error(Policy) for
/// others' links.
os::UniqueFd open_nix_folder(os::System& system, const std::string& path, bool make);

/// Makes it what it shall be, by one rename: a file or an empty directory in its place goes.
void apply_nix_link(os::System& system, const delivery::NixLink& link);

/// Takes it away if it leads below `symlink_path`.
void remove_stale_nix_link(os::System& system, const std::string& path, const std::string& symlink_path);

/// A link in a directory, made or replaced by one rename.
void replace_link(os::System& system, int directory, const std::string& name, const delivery::NixLink& link);

}  // namespace bestow::activation
