#pragma once
/// Decrypted values as JSON, written as sops writes them (Go's encoding/json).

#include "base/secret_bytes.hpp"
#include "sops/value_cipher.hpp"

namespace bestow::sops {

/// Times become strings. Throws Error(Format) for a string that is not UTF-8 and for infinities and NaN, which JSON
/// does not have.
void append_json_scalar(SecretBuilder& out, ValueType type, ByteView bytes);

}  // namespace bestow::sops
