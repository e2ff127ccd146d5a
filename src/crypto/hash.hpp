#pragma once
/// SHA-1 (for git's names alone), SHA-256, SHA-512, HMAC-SHA-256 (FIPS 180-4, RFC 2104) and HKDF-SHA-256 (RFC 5869).

#include "base/secret_bytes.hpp"

#include <array>
#include <initializer_list>
#include <memory>

namespace bestow::crypto {

using Sha256Digest = std::array<Byte, 32>;
using Sha1Digest = std::array<Byte, 20>;
using Sha512Digest = std::array<Byte, 64>;

Sha256Digest sha256(ByteView bytes);
/// For the names of git's objects, and nothing else.
Sha1Digest sha1(ByteView bytes);
/// Digest of a secret: itself secret (an ssh-ed25519 scalar, for one).
SecretBytes sha512_secret(ByteView bytes);

/// Incremental SHA-512, as the SOPS MAC needs it.
class Sha512 {
  public:
    Sha512();
    ~Sha512();
    Sha512(Sha512&&) noexcept;
    Sha512& operator=(Sha512&&) noexcept;
    void update(ByteView bytes);
    void update(std::string_view text) { update(as_bytes(text)); }
    Sha512Digest finish();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// HMAC over the pieces in order, as if they were one text.
Sha256Digest hmac_sha256(ByteView key, std::initializer_list<ByteView> pieces);

/// RFC 5869 extract and expand; an empty input key and an empty salt are legal.
SecretBytes hkdf_sha256(ByteView input_key, ByteView salt, std::string_view info, std::size_t size_bytes);

}  // namespace bestow::crypto
