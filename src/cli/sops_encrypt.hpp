#pragma once
/// What makes new encrypted files as sops does: `encrypt`, and `edit` of a file that is not there yet.

#include "cli/sops_call.hpp"
#include "sops/edit.hpp"

namespace bestow::cli {

struct EncryptFormats {
    sops::Format input;
    sops::Format output;
};

/// The creation rule for a file, nullptr where there are no rules. Throws when there are, and none fits.
const sops::CreationRule* creation_rule(const SopsCall& call, const operations::CreationConfig* config,
                                        const std::string& name);

/// Throws when the rule names somebody whom bestow cannot encrypt to.
sops::RecipientGroups recipients_of_rule(const sops::CreationRule& rule);

/// --shamir-secret-sharing-threshold; nullopt when it is not given or 0.
std::optional<std::size_t> threshold_flag(const SopsCall& call);

/// Recipients and selector from the flags, and from the rule for what no flag says.
sops::EncryptOptions encrypt_options(const SopsCall& call, const sops::CreationRule* rule, sops::Format input);

/// What upstream's parsers, and its check for a file that is encrypted already, say of it. Throws
/// SopsStatus::UnreadableInput, NoDocument, AlreadyEncrypted.
void check_plaintext(ByteView text, sops::Format input);

/// Throws what check_plaintext throws, and SopsStatus::CannotEncrypt.
std::string encrypt_plaintext(const SopsCall& call, ByteView plaintext, const EncryptFormats& formats,
                              const sops::EncryptOptions& options);

}  // namespace bestow::cli
