#include "age/x25519.hpp"

#include "age/wrap.hpp"
#include "codec/base64.hpp"
#include "codec/bech32.hpp"
#include "crypto/hash.hpp"
#include "crypto/random.hpp"

#include <algorithm>
#include <utility>

namespace bestow::age {
namespace {

constexpr std::string_view kType = kX25519StanzaType;
constexpr std::string_view kInfo = "age-encryption.org/v1/X25519";

SecretBytes derive_wrap_key(ByteView shared, ByteView share, ByteView recipient) {
    Bytes salt = to_bytes(share);
    salt.insert(salt.end(), recipient.begin(), recipient.end());
    return crypto::hkdf_sha256(shared, salt, kInfo, 32);
}

}  // namespace

X25519Recipient::X25519Recipient(const crypto::X25519Point& point) : point_(point) {
    if (crypto::is_low_order(point_)) {
        throw Error(ErrorKind::Format, "malformed age recipient: a point of low order");
    }
}

Stanza X25519Recipient::wrap(ByteView file_key) const {
    const SecretBytes ephemeral = crypto::random_secret(crypto::kX25519Bytes);
    const crypto::X25519Point share = crypto::x25519_public(ephemeral.view());
    const auto shared = crypto::x25519(ephemeral.view(), point_);
    require(shared.has_value(), "a recipient of full order");
    const SecretBytes wrap_key = derive_wrap_key(shared->view(), share, point_);
    return {std::string(kType),
            {codec::encode_base64(share, codec::Padding::Forbidden)},
            seal_file_key(wrap_key.view(), file_key)};
}

std::string X25519Recipient::text() const {
    return encode_x25519_recipient(point_);
}

X25519Identity::X25519Identity(SecretBytes scalar)
    : scalar_(std::move(scalar)), point_(crypto::x25519_public(scalar_.view())) {}

std::optional<SecretBytes> X25519Identity::unwrap(const std::vector<Stanza>& stanzas) const {
    for (const Stanza& stanza : stanzas) {
        if (stanza.type != kType) {
            continue;
        }
        if (auto file_key = unwrap_one(stanza)) {
            return file_key;
        }
    }
    return std::nullopt;
}

std::optional<SecretBytes> X25519Identity::unwrap_one(const Stanza& stanza) const {
    expect_arguments(stanza, 1);
    const Bytes share = decode_argument(stanza, 0, crypto::kX25519Bytes);
    const auto shared = crypto::x25519(scalar_.view(), share);
    if (!shared) {
        throw malformed_stanza(stanza, "its share is a point of low order");
    }
    return open_file_key(derive_wrap_key(shared->view(), share, point_).view(), stanza);
}

std::string X25519Identity::recipient_text() const {
    return encode_x25519_recipient(point_);
}

SecretBytes X25519Identity::derive_key(std::string_view label) const {
    return derive_from_scalar(scalar_.view(), label);
}

std::string encode_x25519_recipient(const crypto::X25519Point& point) {
    return codec::encode_bech32("age", point);
}

SecretBytes encode_x25519_identity(ByteView scalar) {
    SecretBytes text = codec::encode_bech32_secret("age-secret-key-", scalar);
    for (Byte& character : text.writable()) {
        character = character >= 'a' && character <= 'z' ? static_cast<Byte>(character - 'a' + 'A') : character;
    }
    return text;
}

SecretBytes derive_from_scalar(ByteView scalar, std::string_view label) {
    SecretBytes clamped = SecretBytes::copy_of(scalar);
    const ByteSpan bytes = clamped.writable();
    bytes[0] = static_cast<Byte>(bytes[0] & 0xf8U);
    bytes[31] = static_cast<Byte>((bytes[31] & 0x7fU) | 0x40U);
    return derive_from_private_key(clamped.view(), label);
}

GeneratedIdentity generate_identity() {
    const SecretBytes scalar = crypto::random_secret(crypto::kX25519Bytes);
    return {encode_x25519_identity(scalar.view()), encode_x25519_recipient(crypto::x25519_public(scalar.view()))};
}

}  // namespace bestow::age
