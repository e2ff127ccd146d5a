#pragma once
/// An operator's private keys, from all places of the design's section 5, loaded once a run. All are tried and each is
/// optional: one that is missing or broken does not matter while another one opens the file.

#include "age/age.hpp"
#include "base/error.hpp"
#include "os/system.hpp"
#include "sops/encrypted_file.hpp"

#include <string>
#include <vector>

namespace bestow::operations {

struct OperatorIdentities {
    age::Identities identities;
    std::vector<std::string> warnings;  ///< sources that somebody named (option, variable) and that do not work
    std::vector<std::string> notes;     ///< default places that hold something unusable; told when nothing opens
    std::vector<std::string> sources;   ///< every place that gave an identity
};

/// `identity_files` are --identity options. Order: those, BESTOW_IDENTITY, SOPS_AGE_KEY, SOPS_AGE_KEY_FILE,
/// SOPS_AGE_SSH_PRIVATE_KEY_FILE, SOPS_AGE_KEY_CMD, ~/.config/bestow/identity.txt, ~/.config/sops/age/keys.txt,
/// ~/.ssh/id_ed25519, ~/.ssh/id_rsa. XDG_CONFIG_HOME is honoured.
OperatorIdentities load_operator_identities(os::System& system, const std::vector<std::string>& identity_files);

/// The file's data key. Throws Error(NoIdentity) that names `file_name`, what was tried and what to do.
SecretBytes open_data_key(const sops::EncryptedFile& document, const std::string& file_name,
                          const OperatorIdentities& identities);

/// Only those of --identity and BESTOW_IDENTITY: whoever names one, means it alone.
OperatorIdentities load_named_identities(os::System& system, const std::vector<std::string>& identity_files);

/// Error(NoIdentity) for that file, with a hint of what was tried.
Error no_identity_error(const std::string& file_name, const OperatorIdentities& identities);

}  // namespace bestow::operations
