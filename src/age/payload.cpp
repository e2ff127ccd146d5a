#include "age/payload.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "crypto/hash.hpp"

namespace bestow::age {
namespace {

using Nonce = crypto::ChaCha20Poly1305::Nonce;

crypto::ChaCha20Poly1305 make_cipher(ByteView file_key, ByteView nonce) {
    return crypto::ChaCha20Poly1305(crypto::hkdf_sha256(file_key, nonce, "payload", 32).view());
}

/// Eleven bytes of counter, big endian, then the flag of the last chunk. 2^64 chunks never come.
Nonce numbered(std::uint64_t chunk_number, bool last) {
    Nonce nonce{};
    for (std::size_t index = 0; index < 8; ++index) {
        nonce.at(10 - index) = static_cast<Byte>((chunk_number >> (8 * index)) & 0xffU);
    }
    nonce.back() = last ? 1 : 0;
    return nonce;
}

}  // namespace

PayloadSealer::PayloadSealer(ByteView file_key, ByteView nonce) : cipher_(make_cipher(file_key, nonce)) {}

void PayloadSealer::seal(ByteView chunk, bool last, ByteSpan out) {
    require(chunk.size() == kChunkBytes || (last && (!chunk.empty() || chunk_number_ == 0)), "whole chunks");
    cipher_.seal(numbered(chunk_number_++, last), chunk, out);
}

PayloadOpener::PayloadOpener(ByteView file_key, ByteView nonce) : cipher_(make_cipher(file_key, nonce)) {}

bool PayloadOpener::open(ByteView sealed, ByteSpan out) {
    if (sealed.empty()) {
        throw Error(ErrorKind::Format, "the age file is cut off: its last chunk is missing");
    }
    if (sealed.size() == crypto::kAeadTagBytes && chunk_number_ > 0) {
        throw Error(ErrorKind::Format, "malformed age file: its last chunk is empty");
    }
    const std::uint64_t number = chunk_number_++;
    if (sealed.size() == kSealedChunkBytes && cipher_.open(numbered(number, false), sealed, out)) {
        return false;
    }
    if (cipher_.open(numbered(number, true), sealed, out)) {
        return true;
    }
    throw Error(ErrorKind::Authentication,
                format("the age file was altered or cut off: chunk {} does not authenticate", number + 1));
}

void refuse_trailing_bytes() {
    throw Error(ErrorKind::Format, "malformed age file: bytes after its last chunk");
}

}  // namespace bestow::age
