#pragma once
/// What the drop-in for sops-nix reads: identities, encrypted files, texts of templates. What is wrong with one is a
/// fault of that one alone.

#include "age/age.hpp"
#include "delivery/nix_plan.hpp"
#include "os/system.hpp"

#include <string>
#include <vector>

namespace bestow::activation {

struct NixIdentities {
    age::Identities identities;
    std::vector<std::string> notes;           ///< for standard error: what was imported, what cannot be
    std::vector<delivery::Problem> problems;  ///< a key file that the manifest names and that is not to be had
};

/// ageSshKeyPaths and ageKeyFile, and as SSH keys, sshKeyPaths. `program` is the name in notes. Keys stay in memory.
NixIdentities load_nix_identities(os::System& system, const delivery::NixManifest& manifest,
                                  const std::string& program);

/// Parsed, without a key; one entry a file. Throws Error, naming the file, when `secret`'s cannot be.
sops::EncryptedFile parse_nix_file(os::System& system, const delivery::NixSecret& secret);

std::map<std::string, delivery::NixOpenedFile> open_nix_files(os::System& system, const delivery::NixManifest& manifest,
                                                              const age::Identities& identities);

/// Of every template, in the manifest's order.
std::vector<std::variant<delivery::Fault, std::string>> read_nix_templates(os::System& system,
                                                                           const delivery::NixManifest& manifest);

}  // namespace bestow::activation
