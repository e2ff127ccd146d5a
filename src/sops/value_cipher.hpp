#pragma once
/// Values to envelopes and back, under one data key. The additional data binds a value to its path: key names joined
/// with ':' and a ':' behind them; list indices are no part of it.

#include "crypto/aead.hpp"
#include "sops/encrypted_file.hpp"
#include "sops/envelope.hpp"

namespace bestow::sops {

inline constexpr std::size_t kDataKeyBytes = 32;

/// A value in sops's byte form, which is also what the MAC covers.
struct TypedBytes {
    ValueType type = ValueType::String;
    bool is_comment = false;
    SecretBytes bytes;
};

class ValueCipher {
  public:
    /// Throws Error(Format) unless the key has 32 bytes.
    explicit ValueCipher(ByteView data_key);

    /// The envelope's text, under a fresh IV of 32 bytes. Precondition: not empty, and a type that has an envelope.
    std::string seal(EnvelopeType type, ByteView bytes, std::string_view additional);

    /// nullopt when the tag does not match. Throws Error(Format) when the plaintext is not what its type says.
    std::optional<TypedBytes> open(const Envelope& envelope, std::string_view additional);

  private:
    Bytes fresh_iv();

    crypto::Aes256Gcm cipher_;
    Bytes random_;  ///< for IVs, which are no secret: one system call for many
    std::size_t used_ = 0;
};

/// Precondition: neither Null nor an empty collection.
EnvelopeType envelope_type(ValueType type);

}  // namespace bestow::sops
