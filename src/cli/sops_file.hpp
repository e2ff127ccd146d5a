#pragma once
/// What sops's subcommands read and write.

#include "cli/sops_call.hpp"
#include "sops/encrypted_file.hpp"

namespace bestow::cli {

struct OpenedSopsFile {
    sops::EncryptedFile file;
    SecretBytes data_key;
    std::vector<sops::PlainNode> roots;  ///< its documents, decrypted
};

/// The bytes of a file, or of standard input for an empty name. Throws SopsStatus::UnreadableInput.
SecretBytes read_sops_input(const SopsCall& call, const std::string& file);

/// Parsed, without a key. Throws SopsStatus::Failed for what is no encrypted document, or of no version.
sops::EncryptedFile load_encrypted(const SopsCall& call, const std::string& file, sops::Format format);

/// By the identities of the environment. Throws SopsStatus::NoDataKey.
SecretBytes data_key_of(const SopsCall& call, const sops::EncryptedFile& file, const std::string& name);

/// The same, with its data key, and its MAC verified unless --ignore-mac says no. Throws SopsStatus::NoDataKey,
/// CannotDecrypt, MacMismatch.
OpenedSopsFile open_encrypted(const SopsCall& call, const std::string& file, sops::Format format);

/// Documents in the output's format. Throws SopsStatus::CannotEmit.
SecretBytes emit_documents(const SopsCall& call, const std::vector<const sops::PlainNode*>& documents,
                           sops::Format format);
std::vector<const sops::PlainNode*> all_documents(const std::vector<sops::PlainNode>& roots);

/// One document without its comments' layout, as sops lays it out by itself.
SecretBytes emit_as(const sops::PlainNode& root, sops::Format format);

/// What is to be kept from others, and what everybody may read.
enum class Secrecy { Plaintext, Ciphertext };

/// To the file itself with --in-place, to --output, else to standard output; never half.
void write_sops_output(const SopsCall& call, const std::string& file, ByteView bytes, Secrecy secrecy);

/// In place of a file, or a new one. Throws SopsStatus::UnwritableOutput.
void write_sops_file(const SopsCall& call, const std::string& file, ByteView bytes, Secrecy secrecy);

}  // namespace bestow::cli
