#pragma once
/// OPENSSH PRIVATE KEY blocks (OpenSSH's PROTOCOL.key), with or without a passphrase: ed25519 and RSA; aes128, aes192
/// and aes256 in CTR and CBC, aes128 and aes256 in GCM; bcrypt-pbkdf.

#include "ssh/private_key.hpp"

namespace bestow::ssh {

/// The outer part, whose public half is never encrypted. Views are into the block that was parsed.
struct OpensshFile {
    PublicKey public_key;
    std::string cipher;  ///< "none" without a passphrase
    std::string derivation;
    ByteView derivation_options;
    ByteView private_section;  ///< ciphertext when protected
    ByteView tag;              ///< what follows; an authenticated cipher's tag

    [[nodiscard]] bool is_protected() const { return cipher != "none" || derivation != "none"; }
};

/// Throws Error(Format) when malformed, or of a type that cannot decrypt.
OpensshFile read_openssh_file(ByteView block);

/// Precondition: not protected. Throws Error(Format).
PrivateKey read_openssh_key(const OpensshFile& file);

/// Why no passphrase will open this protected key: a cipher, a derivation or a number of rounds that bestow does not
/// take. Empty when one may.
std::string obstacle_of_openssh(const OpensshFile& file);

/// nullopt for a wrong passphrase. Precondition: protected, no obstacle. Throws Error(Format) when what is inside is
/// malformed.
std::optional<PrivateKey> unlock_openssh_key(const OpensshFile& file, ByteView passphrase);

}  // namespace bestow::ssh
