#pragma once
/// An operator's private keys, from all places of the design's section 5, loaded once a run. All are tried and each is
/// optional: one that is missing or broken does not matter while another one opens the file. Passphrases are asked for,
/// and programs that give keys are run, when a file needs it.

#include "age/age.hpp"
#include "base/error.hpp"
#include "os/system.hpp"
#include "sops/encrypted_file.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace bestow::operations {

struct OperatorIdentities {
    age::Identities identities;
    std::vector<std::string> warnings;  ///< sources that somebody named (option, variable) and that do not work
    std::vector<std::string> notes;     ///< default places that hold something unusable; told when nothing opens
    std::vector<std::string> sources;   ///< every place that gave an identity
    bool has_agent = false;             ///< SSH_AUTH_SOCK is set
};

struct IdentityRequest {
    std::vector<std::string> files;  ///< of --identity options
    age::AskPassphrase ask;          ///< empty: protected keys are refused
    /// Whoever wants recipients gets what is behind passphrases and programs now.
    bool at_once = false;
};

/// Order: request.files, BESTOW_IDENTITY, SOPS_AGE_KEY, SOPS_AGE_KEY_FILE, SOPS_AGE_SSH_PRIVATE_KEY_FILE,
/// SOPS_AGE_KEY_CMD, SOPS_AGE_SSH_PRIVATE_KEY_CMD, ~/.config/bestow/identity.txt, ~/.config/sops/age/keys.txt,
/// ~/.ssh/id_ed25519, ~/.ssh/id_rsa. XDG_CONFIG_HOME is honoured.
OperatorIdentities load_operator_identities(os::System& system, const IdentityRequest& request);

/// Only those of --identity and BESTOW_IDENTITY: whoever names one, means it alone.
OperatorIdentities load_named_identities(os::System& system, const IdentityRequest& request);

/// Exactly sops's own sources, in its order (request.files are not among them): SOPS_AGE_SSH_PRIVATE_KEY_FILE,
/// SOPS_AGE_SSH_PRIVATE_KEY_CMD, ~/.ssh/id_ed25519, ~/.ssh/id_rsa, SOPS_AGE_KEY, SOPS_AGE_KEY_FILE, SOPS_AGE_KEY_CMD,
/// ~/.config/sops/age/keys.txt. The programs get SOPS_AGE_RECIPIENT.
OperatorIdentities load_sops_identities(os::System& system, const IdentityRequest& request);

/// What one file holds that was read already; `path` is for messages, and for the .pub file beside it where a protected
/// key hides its public half.
age::Identities parse_identity_file(os::System& system, ByteView content, const std::string& path,
                                    const IdentityRequest& request);

/// The file's data key. Throws Error(NoIdentity) that names `file_name`, what was tried and what to do.
SecretBytes open_data_key(const sops::EncryptedFile& document, const std::string& file_name,
                          const OperatorIdentities& identities);

/// What `open` gives of that file; what it throws, and Error(NoIdentity) for nullopt, say what was tried and what to
/// do.
SecretBytes expect_opened(const std::string& file_name, const OperatorIdentities& identities,
                          const std::function<std::optional<SecretBytes>()>& open);

/// Error(NoIdentity) for that file, with a hint of what was tried.
Error no_identity_error(const std::string& file_name, const OperatorIdentities& identities);

/// Whether SSH_AUTH_SOCK is set.
bool has_agent(os::System& system);
/// Adds to the hint of Error(NoIdentity) that an agent signs and cannot decrypt; other errors stay as they are.
void tell_of_agent(Error& error, bool has_agent);

}  // namespace bestow::operations
