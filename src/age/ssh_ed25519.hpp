#pragma once
/// ssh-ed25519 stanzas: X25519 with the converted key, bound to the SSH key by a tweak. age's code is their only
/// description (agessh).

#include "age/age.hpp"
#include "crypto/x25519.hpp"
#include "ssh/public_key.hpp"

namespace bestow::age {

class SshEd25519Recipient : public Recipient {
  public:
    /// Throws Error(Format) when the key is no point of the curve.
    explicit SshEd25519Recipient(ssh::PublicKey key);
    [[nodiscard]] Stanza wrap(ByteView file_key) const override;
    [[nodiscard]] std::string text() const override;

  private:
    ssh::PublicKey key_;
    crypto::X25519Point point_;
};

class SshEd25519Identity : public Identity {
  public:
    /// `seed`: 32 bytes, of which `key` is the public half.
    SshEd25519Identity(ssh::PublicKey key, ByteView seed);
    [[nodiscard]] std::optional<SecretBytes> unwrap(const std::vector<Stanza>& stanzas) const override;
    [[nodiscard]] std::string recipient_text() const override;
    [[nodiscard]] SecretBytes derive_key(std::string_view label) const override;

  private:
    [[nodiscard]] SecretBytes unwrap_ours(const Stanza& stanza) const;

    ssh::PublicKey key_;
    SecretBytes scalar_;
    crypto::X25519Point point_;
};

/// The X25519 point of an ed25519 key. Throws Error(Format) when it is no point of the curve.
crypto::X25519Point x25519_point(const ssh::PublicKey& key);

/// Which SSH key a stanza is for: the first four bytes of SHA-256 over the public key, in base64.
std::string ssh_tag(const ssh::PublicKey& key);

}  // namespace bestow::age
