#pragma once
/// Where a sops-nix manifest's secrets lie, and what is live there now. Reads only.

#include "delivery/nix_plan.hpp"
#include "os/system.hpp"

#include <optional>

namespace bestow::activation {

inline constexpr const char* kNixRecordFile = ".bestow-nix";

/// The link (symlinkPath) as it stands. Throws Error(Policy) for what is a live tree of `bestow activate`, or leads to
/// a generation that has no number.
struct NixLive {
    bool is_link = false;
    unsigned generation = 0;  ///< that it leads to below mount_point; 0 for none
};
NixLive look_at_nix_link(os::System& system, const delivery::NixManifest& manifest);

/// `memory`: the mount point's descriptor, -1 when there is none.
delivery::NixObserved observe_nix(os::System& system, const delivery::NixManifest& manifest, int memory);

}  // namespace bestow::activation
