#pragma once
/// The last steps of the drop-in for sops-nix: the new generation whole, one rename, then everything that leads to it.

#include "activation/nix_install.hpp"
#include "activation/nix_links.hpp"
#include "delivery/nix_plan.hpp"

namespace bestow::activation {

struct NixCommit {
    const delivery::NixManifest& manifest;
    const delivery::NixPlan& plan;
    delivery::Owner folders;  ///< who owns the mount point, generations and their folders
    int memory;               ///< the mount point, locked
};

/// Throws when it could not be made live: then nothing has changed. Whatever fails afterwards is a problem, and the
/// next run finishes it.
void commit_nix(os::System& system, const NixCommit& commit, NixReport& report);

/// What reads what has changed, or, in a dry run, would. A failure is a problem.
void tell_units(os::System& system, const delivery::NixPlan& plan, bool dry_run, NixReport& report);

}  // namespace bestow::activation
