#pragma once
/// ssh-rsa stanzas: the file key under RSA-OAEP. age's code is their only description (agessh).

#include "age/age.hpp"
#include "ssh/public_key.hpp"

namespace bestow::age {

class SshRsaRecipient : public Recipient {
  public:
    explicit SshRsaRecipient(ssh::PublicKey key) : key_(std::move(key)) {}
    [[nodiscard]] Stanza wrap(ByteView file_key) const override;
    [[nodiscard]] std::string text() const override { return key_.text(); }

  private:
    ssh::PublicKey key_;
};

class SshRsaIdentity : public Identity {
  public:
    /// `private_der`: PKCS#1, of which `key` is the public half.
    SshRsaIdentity(ssh::PublicKey key, SecretBytes private_der)
        : key_(std::move(key)), private_der_(std::move(private_der)) {}
    [[nodiscard]] std::optional<SecretBytes> unwrap(const std::vector<Stanza>& stanzas) const override;
    [[nodiscard]] std::string recipient_text() const override { return key_.text(); }
    [[nodiscard]] SecretBytes derive_key(std::string_view label) const override;

  private:
    ssh::PublicKey key_;
    SecretBytes private_der_;
};

}  // namespace bestow::age
