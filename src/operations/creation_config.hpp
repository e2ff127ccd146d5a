#pragma once
/// The `.sops.yaml` that counts for a file: looked up, read, and asked for its rule.

#include "os/system.hpp"
#include "sops/creation_rules.hpp"

#include <optional>
#include <string>
#include <vector>

namespace bestow::operations {

struct CreationConfig {
    std::string path;    ///< of the `.sops.yaml`, as it was found, for messages
    std::string folder;  ///< absolute; what paths are relative to
    sops::CreationRules rules;
};

/// From where a `.sops.yaml` is looked for, upwards: bestow's own commands begin at the file, sops at the working
/// directory.
enum class LookFrom { File, WorkingDirectory };

/// The nearest `.sops.yaml`, nullopt when there is none. A `.sops.yml` on the way, which sops passes over, becomes a
/// warning. Throws as read_creation_config does.
std::optional<CreationConfig> find_creation_config(os::System& system, const std::string& file, LookFrom from,
                                                   std::vector<std::string>& warnings);

/// That very file (sops's --config, SOPS_CONFIG). Throws what sops::CreationRules::parse throws, with the path;
/// Error(NotFound) when there is none.
CreationConfig read_creation_config(os::System& system, const std::string& path);

/// The rule for a file that a person named, or nullptr; throws what is wrong in a rule on the way, with the path.
const sops::CreationRule* find_rule(os::System& system, const CreationConfig& config, const std::string& file);

/// A path that a person gave, absolute and without "." and "..", links not resolved, as Go's filepath.Abs: the working
/// directory is what $PWD says when that is true.
std::string absolute_path(os::System& system, const std::string& path);

}  // namespace bestow::operations
