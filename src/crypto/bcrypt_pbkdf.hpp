#pragma once
/// bcrypt-pbkdf, the key derivation of OpenSSH's protected private keys. It comes from Botan, through a module that is
/// loaded when it is first called: from ../lib/bestow beside the program, or lib/bestow below it in a build tree, and
/// from nowhere that the environment names.

#include "base/secret_bytes.hpp"

namespace bestow::crypto {

/// 16 to 24 are usual; a round takes about 10 ms.
inline constexpr unsigned kMostBcryptRounds = 4096;

/// Throws Error(Failed) when the module is not installed.
void load_bcrypt_pbkdf();

/// Precondition: 1 to kMostBcryptRounds rounds. Throws Error(Failed) when the module is not installed.
SecretBytes bcrypt_pbkdf(ByteView passphrase, ByteView salt, unsigned rounds, std::size_t size_bytes);

}  // namespace bestow::crypto
