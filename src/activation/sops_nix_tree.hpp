#pragma once
/// Another program's secrets in the place of ours.

#include "activation/memory_directory.hpp"

namespace bestow::activation {

/// Throws Error(Failed) when RUN/secrets leads straight to a generation RUN/secrets.d/N, as sops-nix makes it: numbers
/// of both would collide, and each would take away what the other delivers.
void refuse_sops_nix_tree(os::System& system, int run, const SetNames& names);

}  // namespace bestow::activation
