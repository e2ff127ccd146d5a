#pragma once
/// Native recipients and identities: "age1..." and "AGE-SECRET-KEY-1..." (C2SP age.md, "X25519 recipient").

#include "age/age.hpp"
#include "crypto/x25519.hpp"

namespace bestow::age {

inline constexpr std::string_view kX25519StanzaType = "X25519";

class X25519Recipient : public Recipient {
  public:
    /// Throws Error(Format) for a point of low order, to which nothing can be kept secret.
    explicit X25519Recipient(const crypto::X25519Point& point);
    [[nodiscard]] Stanza wrap(ByteView file_key) const override;
    [[nodiscard]] std::string text() const override;

  private:
    crypto::X25519Point point_;
};

class X25519Identity : public Identity {
  public:
    /// A scalar of 32 bytes, clamped or not.
    explicit X25519Identity(SecretBytes scalar);
    [[nodiscard]] std::optional<SecretBytes> unwrap(const std::vector<Stanza>& stanzas) const override;
    [[nodiscard]] std::string recipient_text() const override;
    [[nodiscard]] SecretBytes derive_key(std::string_view label) const override;

  private:
    [[nodiscard]] std::optional<SecretBytes> unwrap_one(const Stanza& stanza) const;

    SecretBytes scalar_;
    crypto::X25519Point point_;
};

std::string encode_x25519_recipient(const crypto::X25519Point& point);
SecretBytes encode_x25519_identity(ByteView scalar);

/// What derive_key is over: two spellings of one scalar differ in bits that X25519 ignores.
SecretBytes derive_from_scalar(ByteView scalar, std::string_view label);

}  // namespace bestow::age
