#include "age/ssh_ed25519.hpp"

#include "age/wrap.hpp"
#include "age/x25519.hpp"
#include "codec/base64.hpp"
#include "crypto/hash.hpp"
#include "crypto/random.hpp"

#include <utility>

namespace bestow::age {
namespace {

constexpr std::string_view kType = "ssh-ed25519";
constexpr std::string_view kInfo = "age-encryption.org/v1/ssh-ed25519";

SecretBytes multiply(ByteView scalar, ByteView point) {
    auto product = crypto::x25519(scalar, point);
    if (!product) {
        throw Error(ErrorKind::Format, "malformed ssh-ed25519 stanza or key: a point of low order");
    }
    return *std::move(product);
}

/// Binds the shared secret to this very SSH key: HKDF over nothing, salted with the public key.
SecretBytes tweak_of(const ssh::PublicKey& key) {
    return crypto::hkdf_sha256({}, key.wire, kInfo, crypto::kX25519Bytes);
}

SecretBytes derive_wrap_key(ByteView shared, ByteView share, ByteView point) {
    Bytes salt = to_bytes(share);
    salt.insert(salt.end(), point.begin(), point.end());
    return crypto::hkdf_sha256(shared, salt, kInfo, 32);
}

}  // namespace

crypto::X25519Point x25519_point(const ssh::PublicKey& key) {
    const auto point = crypto::ed25519_point_to_x25519(key.ed25519_point);
    if (!point) {
        throw Error(ErrorKind::Format, "malformed SSH public key: no point of the curve");
    }
    return *point;
}

std::string ssh_tag(const ssh::PublicKey& key) {
    const crypto::Sha256Digest digest = crypto::sha256(key.wire);
    return codec::encode_base64(ByteView(digest).first(4), codec::Padding::Forbidden);
}

SshEd25519Recipient::SshEd25519Recipient(ssh::PublicKey key) : key_(std::move(key)), point_(x25519_point(key_)) {}

Stanza SshEd25519Recipient::wrap(ByteView file_key) const {
    const SecretBytes ephemeral = crypto::random_secret(crypto::kX25519Bytes);
    const crypto::X25519Point share = crypto::x25519_public(ephemeral.view());
    const SecretBytes shared = multiply(tweak_of(key_).view(), multiply(ephemeral.view(), point_).view());
    const SecretBytes wrap_key = derive_wrap_key(shared.view(), share, point_);
    return {std::string(kType),
            {ssh_tag(key_), codec::encode_base64(share, codec::Padding::Forbidden)},
            seal_file_key(wrap_key.view(), file_key)};
}

std::string SshEd25519Recipient::text() const {
    return key_.text();
}

SshEd25519Identity::SshEd25519Identity(ssh::PublicKey key, ByteView seed)
    : key_(std::move(key)),
      scalar_(crypto::ed25519_seed_to_x25519(seed)),
      point_(crypto::x25519_public(scalar_.view())) {}

std::optional<SecretBytes> SshEd25519Identity::unwrap(const std::vector<Stanza>& stanzas) const {
    for (const Stanza& stanza : stanzas) {
        if (stanza.type != kType) {
            continue;
        }
        expect_arguments(stanza, 2);
        if (stanza.arguments[0] == ssh_tag(key_)) {
            return unwrap_ours(stanza);
        }
    }
    return std::nullopt;
}

SecretBytes SshEd25519Identity::unwrap_ours(const Stanza& stanza) const {
    const Bytes share = decode_argument(stanza, 1, crypto::kX25519Bytes);
    const SecretBytes shared = multiply(tweak_of(key_).view(), multiply(scalar_.view(), share).view());
    auto file_key = open_file_key(derive_wrap_key(shared.view(), share, point_).view(), stanza);
    if (!file_key) {
        throw malformed_stanza(stanza, "it names our key, which does not open it");
    }
    return *std::move(file_key);
}

std::string SshEd25519Identity::recipient_text() const {
    return key_.text();
}

SecretBytes SshEd25519Identity::derive_key(std::string_view label) const {
    return derive_from_scalar(scalar_.view(), label);
}

}  // namespace bestow::age
