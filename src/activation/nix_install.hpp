#pragma once
/// What sops-nix's sops-install-secrets does, with the same manifest and the same tree: /run/secrets leads straight to
/// /run/secrets.d/N. Where that program is unsafe, this one is not (bestow-sops-install-secrets(1) has the list).

#include "age/age.hpp"
#include "delivery/plan.hpp"
#include "os/system.hpp"

#include <functional>
#include <string>
#include <vector>

namespace bestow::activation {

enum class NixCheck { Off, Manifest, SopsFile };

struct NixOptions {
    std::string manifest_file;
    NixCheck check = NixCheck::Off;  ///< anything but Off changes nothing
    bool ignore_passwd = false;      ///< everything is root's
    std::string program;             ///< for notes
    /// Identities that the environment names, as sops has them; warnings are appended.
    std::function<age::Identities(std::vector<std::string>& notes)> more_identities;
};

struct NixReport {
    std::vector<std::string> lines;  ///< for standard output
    std::vector<std::string> notes;  ///< for standard error
    std::vector<delivery::Problem> problems;
    bool changed_nothing = false;  ///< for its problems' sake
};

/// Throws Error when nothing was changed. What is wrong with one secret alone is a problem of the report.
NixReport install_nix_secrets(os::System& system, const NixOptions& options);

}  // namespace bestow::activation
