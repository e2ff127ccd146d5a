#pragma once
/// Where no bestow.yaml is: what the nearest `.sops.yaml` says of the one file that a command is about.

#include "operations/creation_config.hpp"
#include "policy/access.hpp"
#include "sops/edit.hpp"

namespace bestow::operations {

struct FilePolicy {
    std::string folder;  ///< opened in a store's place: that of the `.sops.yaml` when the file lies below, else its own
    std::string name;    ///< the file's, relative to `folder`, which need not exist yet
    std::optional<CreationConfig> config;
    const sops::CreationRule* rule = nullptr;  ///< in `config`; nullptr when none fits
    std::vector<std::string> warnings;

    /// Whom the rule names, each once; empty without a rule.
    [[nodiscard]] std::vector<policy::Reader> readers() const;
    /// Whom a new document is encrypted to, and what in it. Throws Error(Policy) without a rule, and for a rule that
    /// names nobody or keys that bestow does not have.
    [[nodiscard]] sops::EncryptOptions encrypt_options(std::string now) const;
};

/// `file` as a person gave it: it need not exist, links are followed. Throws Error(Policy) when anything in the
/// `.sops.yaml` is wrong, also in other rules than this file's, and when everybody can write it.
FilePolicy find_file_policy(os::System& system, const std::string& file);

/// Readers that have no other name than their recipient.
std::vector<policy::Reader> readers_of_recipients(const std::vector<std::string>& recipients);

}  // namespace bestow::operations
