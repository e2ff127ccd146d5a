#pragma once
/// How the drop-in for sops-nix has units told: by lists that NixOS's switch reads, or by systemctl itself.

#include "os/system.hpp"

#include <string>
#include <vector>

namespace bestow::activation {

struct NixUnits {
    std::vector<std::string> restart;
    std::vector<std::string> reload;
};

/// Calls systemctl when SOPS_RESTART_UNITS_VIA_SYSTEMCTL is 1 (in a dry run, says in `notes` what it would do), else
/// adds a line a unit to /run/nixos/activation-{restart,reload}-list (dry-activation-... in a dry run), if there is
/// that directory. Throws the first Error after having tried both.
void tell_nix_units(os::System& system, const NixUnits& units, bool dry_run, std::vector<std::string>& notes);

}  // namespace bestow::activation
