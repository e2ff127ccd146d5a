#pragma once
/// scrypt (RFC 7914) with r = 8 and p = 1, as age uses it: 2^(log_n + 10) bytes of memory.

#include "base/secret_bytes.hpp"

namespace bestow::crypto {

/// Precondition: 1 <= log_n <= 30. Throws Error(Failed) when memory is exhausted.
SecretBytes scrypt(ByteView password, ByteView salt, unsigned log_n, std::size_t size_bytes);

}  // namespace bestow::crypto
