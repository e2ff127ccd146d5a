#pragma once
/// crypt(3) hashes from libxcrypt: sha512crypt ($6$), yescrypt ($y$) and bcrypt ($2b$), with a salt of the caller's.

#include "base/secret_bytes.hpp"

#include <string>

namespace bestow::crypto {

enum class PasswordHash { Sha512Crypt, Yescrypt, Bcrypt };

/// The hash string of `password` under a salt derived from 32 or more salt bytes; equal input gives equal output.
/// Throws Error(Format) for a password that holds a NUL byte or is longer than the method can take.
SecretBytes hash_password(PasswordHash method, ByteView password, ByteView salt_bytes);

}  // namespace bestow::crypto
