#pragma once
/// The payload of an age file: STREAM over ChaCha20-Poly1305 in chunks of 64 KiB (C2SP age.md, "Payload"), one chunk at
/// a time. Both sides count chunks and know which one was the last.

#include "base/secret_bytes.hpp"
#include "crypto/aead.hpp"

namespace bestow::age {

inline constexpr std::size_t kPayloadNonceBytes = 16;
inline constexpr std::size_t kChunkBytes = std::size_t{64} * 1024;
inline constexpr std::size_t kSealedChunkBytes = kChunkBytes + crypto::kAeadTagBytes;

class PayloadSealer {
  public:
    PayloadSealer(ByteView file_key, ByteView nonce);
    /// `out`: 16 bytes longer. Every chunk but the last is full; the last may be empty only when it is the first.
    void seal(ByteView chunk, bool last, ByteSpan out);

  private:
    crypto::ChaCha20Poly1305 cipher_;
    std::uint64_t chunk_number_ = 0;
};

class PayloadOpener {
  public:
    PayloadOpener(ByteView file_key, ByteView nonce);
    /// `sealed`: a full chunk, or what is left of the payload; `out`: 16 bytes shorter. True when it was the last
    /// chunk. Throws Error(Authentication) for an altered or misplaced chunk, Error(Format) for a payload that is cut
    /// off.
    bool open(ByteView sealed, ByteSpan out);

  private:
    crypto::ChaCha20Poly1305 cipher_;
    std::uint64_t chunk_number_ = 0;
};

/// Throws Error(Format): bytes after the last chunk.
[[noreturn]] void refuse_trailing_bytes();

}  // namespace bestow::age
