#pragma once
/// What every recipient type does with the file key: ChaCha20-Poly1305 under a zero nonce and a key used once.

#include "age/age.hpp"
#include "base/error.hpp"

namespace bestow::age {

inline constexpr std::size_t kWrappedFileKeyBytes = kFileKeyBytes + 16;

Bytes seal_file_key(ByteView wrap_key, ByteView file_key);

/// nullopt when this key does not open it. Throws Error(Format) for a body of another size, which would let one
/// ciphertext open under two keys.
std::optional<SecretBytes> open_file_key(ByteView wrap_key, const Stanza& stanza);

/// "malformed X25519 stanza: what".
Error malformed_stanza(const Stanza& stanza, std::string_view what);

/// An argument of canonical unpadded base64 of exactly that many bytes; throws Error(Format) otherwise.
Bytes decode_argument(const Stanza& stanza, std::size_t index, std::size_t size_bytes);

/// Throws Error(Format) unless there are exactly that many arguments.
void expect_arguments(const Stanza& stanza, std::size_t count);

/// Identity::derive_key over that private key.
SecretBytes derive_from_private_key(ByteView private_key, std::string_view label);

}  // namespace bestow::age
