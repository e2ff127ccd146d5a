#include "age/ssh_rsa.hpp"

#include "age/ssh_ed25519.hpp"
#include "age/wrap.hpp"
#include "crypto/rsa.hpp"

namespace bestow::age {
namespace {

constexpr std::string_view kType = "ssh-rsa";
constexpr std::string_view kLabel = "age-encryption.org/v1/ssh-rsa";

}  // namespace

Stanza SshRsaRecipient::wrap(ByteView file_key) const {
    return {std::string(kType),
            {ssh_tag(key_)},
            crypto::rsa_oaep_encrypt({key_.rsa_modulus, key_.rsa_exponent}, file_key, kLabel)};
}

std::optional<SecretBytes> SshRsaIdentity::unwrap(const std::vector<Stanza>& stanzas) const {
    for (const Stanza& stanza : stanzas) {
        if (stanza.type != kType) {
            continue;
        }
        expect_arguments(stanza, 1);
        if (stanza.arguments[0] != ssh_tag(key_)) {
            continue;
        }
        if (stanza.body.size() != key_.rsa_modulus.size()) {
            throw malformed_stanza(stanza, "its body is not as long as our key");
        }
        auto file_key = crypto::rsa_oaep_decrypt(private_der_.view(), stanza.body, kLabel);
        if (!file_key || file_key->size() != kFileKeyBytes) {
            throw malformed_stanza(stanza, "it names our key, which does not open it");
        }
        return file_key;
    }
    return std::nullopt;
}

SecretBytes SshRsaIdentity::derive_key(std::string_view label) const {
    return derive_from_private_key(private_der_.view(), label);
}

}  // namespace bestow::age
