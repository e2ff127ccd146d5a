#include "generate/make_value.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "codec/base64.hpp"
#include "crypto/certificate.hpp"
#include "crypto/password_hash.hpp"
#include "crypto/x25519.hpp"
#include "policy/source.hpp"
#include "ssh/generate_key.hpp"
#include "ssh/private_key.hpp"

namespace bestow::generate {
namespace {

using policy::Generate;
using policy::GenerateKind;
using policy::Secret;

constexpr std::size_t kSaltBytes = 32;
constexpr std::int64_t kSecondsInDay = 86'400;
constexpr std::int64_t kClockSkewSeconds = 300;  // a host whose clock is late takes a new certificate all the same
constexpr std::size_t kLongestCommonName = 64;   // RFC 5280, ub-common-name
constexpr std::string_view kCertificateBegin = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view kCertificateEnd = "-----END CERTIFICATE-----\n";

SecretBytes hashed(crypto::PasswordHash method, ByteView password, const RandomSource& random) {
    SecretBytes salt(kSaltBytes);
    random(salt.writable());
    return crypto::hash_password(method, password, salt.view());
}

/// "$2y$" is how Apache's tools name the same hash.
SecretBytes htpasswd_line(const Secret& secret, const Ingredients& ingredients, const RandomSource& random) {
    SecretBytes hash = hashed(crypto::PasswordHash::Bcrypt, ingredients.of, random);
    require(as_text(hash.view()).starts_with("$2b$"), "libxcrypt's name of bcrypt");
    hash.writable()[2] = 'y';
    SecretBuilder line;
    line.append(policy::for_variant(secret, secret.generate->user, ingredients.variant));
    line.append(":");
    line.append(hash.view());
    return line.finish();
}

std::string public_line(const ssh::PublicKey& key) {
    return key.text() + (key.comment.empty() ? "" : " " + key.comment) + "\n";
}

/// RFC 7748 clamps when a key is used; `wg genkey` does it when it is made, too.
SecretBytes wireguard_key(const RandomSource& random) {
    SecretBytes key(crypto::kX25519Bytes);
    random(key.writable());
    key.writable()[0] &= 248;
    key.writable()[31] = static_cast<Byte>((key.view()[31] & 127) | 64);
    return codec::encode_base64_secret(key.view());
}

std::string wireguard_public(ByteView value) {
    const auto key = codec::decode_base64_secret(trim(as_text(value)));
    if (!key || key->size() != crypto::kX25519Bytes) {
        throw Error(ErrorKind::Format, "the value is no WireGuard private key");
    }
    return codec::encode_base64(crypto::x25519_public(key->view())) + "\n";
}

crypto::SigningKey key_kind(const Secret& secret) {
    const bool is_ed25519 = secret.generate->certificate.key == policy::CertificateKey::Ed25519;
    return is_ed25519 ? crypto::SigningKey::Ed25519 : crypto::SigningKey::EcP256;
}

crypto::CertificateContent certificate_content(const Secret& secret, const Ingredients& ingredients) {
    const policy::CertificateFields& fields = secret.generate->certificate;
    crypto::CertificateContent content;
    for (const auto& [field, text] : fields.subject) {
        content.subject.emplace_back(field, policy::for_variant(secret, text, ingredients.variant));
    }
    for (const std::string& name : fields.names) {
        content.names.push_back(policy::for_variant(secret, name, ingredients.variant));
    }
    if (content.subject.empty() && content.names.front().size() <= kLongestCommonName) {
        content.subject.emplace_back("CN", content.names.front());
    }
    content.not_before = ingredients.now - kClockSkewSeconds;
    content.not_after = ingredients.now + static_cast<std::int64_t>(fields.days) * kSecondsInDay;
    content.is_ca = secret.generate->kind == GenerateKind::X509Ca;
    content.server = fields.server;
    content.client = fields.client;
    return content;
}

std::string issue(const Secret& secret, ByteView key, const Ingredients& ingredients) {
    const crypto::CertificateContent content = certificate_content(secret, ingredients);
    if (content.is_ca) {
        return crypto::issue_certificate(key, content, std::nullopt);
    }
    return crypto::issue_certificate(key, content, crypto::Issuer{ingredients.ca_key, ingredients.ca_certificate});
}

Made certified(const Secret& secret, const Ingredients& ingredients) {
    SecretBytes key = crypto::generate_signing_key(key_kind(secret));
    std::string certificate = issue(secret, key.view(), ingredients);
    if (secret.generate->certificate.with_certificate) {
        SecretBuilder all;
        all.append(key.view());
        all.append(certificate);
        all.append(ingredients.ca_certificate);
        key = all.finish();
    }
    return {std::move(key), std::move(certificate)};
}

/// The one that a value holds behind its key.
std::optional<std::string> certificate_in(ByteView value) {
    const std::string_view text = as_text(value);
    const std::size_t begin = text.find(kCertificateBegin);
    const std::size_t end = begin == std::string_view::npos ? begin : text.find(kCertificateEnd, begin);
    if (end == std::string_view::npos) {
        return std::nullopt;
    }
    return std::string(text.substr(begin, end + kCertificateEnd.size() - begin));
}

std::string certificate_of(const Secret& secret, ByteView value, const Ingredients& ingredients) {
    std::optional<std::string> certificate = certificate_in(value);
    return certificate ? std::move(*certificate) : issue(secret, value, ingredients);
}

Made from_key(ssh::GeneratedKey key) {
    std::string line = public_line(key.public_key);
    return {std::move(key.file), std::move(line)};
}

}  // namespace

Made make_value(const Secret& secret, const Ingredients& ingredients, const RandomSource& random) {
    const Generate& generate = *secret.generate;
    const auto comment = [&] { return policy::for_variant(secret, generate.comment, ingredients.variant); };
    switch (generate.kind) {
        case GenerateKind::Text:
            return {random_text(random, generate.alphabet, generate.length), {}};
        case GenerateKind::Passphrase:
            return {random_passphrase(random, generate.words, generate.separator), {}};
        case GenerateKind::Hex:
            return {random_hex(random, generate.size_bytes), {}};
        case GenerateKind::Base64:
            return {random_base64(random, generate.size_bytes), {}};
        case GenerateKind::Uuid:
            return {random_uuid(random), {}};
        case GenerateKind::SshEd25519:
            return from_key(ssh::generate_ed25519_key(comment()));
        case GenerateKind::SshRsa:
            return from_key(ssh::generate_rsa_key(generate.bits, comment()));
        case GenerateKind::Wireguard: {
            SecretBytes key = wireguard_key(random);
            std::string public_half = wireguard_public(key.view());
            return {std::move(key), std::move(public_half)};
        }
        case GenerateKind::X509Ca:
        case GenerateKind::X509:
            return certified(secret, ingredients);
        case GenerateKind::Htpasswd:
            return {htpasswd_line(secret, ingredients, random), {}};
        case GenerateKind::Bcrypt:
            return {hashed(crypto::PasswordHash::Bcrypt, ingredients.of, random), {}};
        case GenerateKind::Sha512crypt:
            return {hashed(crypto::PasswordHash::Sha512Crypt, ingredients.of, random), {}};
        case GenerateKind::Yescrypt:
            return {hashed(crypto::PasswordHash::Yescrypt, ingredients.of, random), {}};
        case GenerateKind::Command:
            break;
    }
    throw Error(ErrorKind::Internal, "internal error: a command is run elsewhere");
}

std::string public_half_of(const Secret& secret, ByteView value, const Ingredients& ingredients) {
    switch (secret.generate->kind) {
        case GenerateKind::SshEd25519:
        case GenerateKind::SshRsa:
            return public_line(ssh::parse_private_key(value).public_key);
        case GenerateKind::Wireguard:
            return wireguard_public(value);
        case GenerateKind::X509Ca:
        case GenerateKind::X509:
            return certificate_of(secret, value, ingredients);
        default:
            break;
    }
    throw Error(ErrorKind::Internal, "internal error: this kind has no public half");
}

HalfMatch match_public_half(const Secret& secret, ByteView value, std::string_view text,
                            const Ingredients& ingredients) {
    const auto match_if = [](bool fits) { return fits ? HalfMatch::Yes : HalfMatch::No; };
    if (!secret.generate->is_certificate()) {
        return match_if(trim(text) == trim(public_half_of(secret, value, ingredients)));
    }
    if (const std::optional<std::string> certificate = certificate_in(value)) {
        return match_if(trim(text) == trim(*certificate));
    }
    if (!crypto::is_certificate_of(text, value)) {
        return HalfMatch::No;
    }
    const ByteView signer = secret.generate->kind == GenerateKind::X509Ca ? value : ingredients.ca_key;
    return signer.empty() ? HalfMatch::SignerUnknown : match_if(crypto::is_signed_by_key(text, signer));
}

std::vector<std::string> certificate_differences(const Secret& secret, std::string_view certificate,
                                                 const Ingredients& ingredients) {
    return crypto::certificate_differences(certificate, certificate_content(secret, ingredients), key_kind(secret));
}

std::string what_is_certified(const Secret& secret, std::string_view variant) {
    const policy::CertificateFields& fields = secret.generate->certificate;
    Ingredients ingredients;
    ingredients.variant = variant;
    const crypto::CertificateContent content = certificate_content(secret, ingredients);
    std::vector<std::string> subject;
    for (const auto& [field, text] : content.subject) {
        subject.push_back(format("{}={}", field, text));
    }
    std::vector<std::string> usages;
    for (const auto& [is_used, word] : {std::pair(content.server, "server"), std::pair(content.client, "client")}) {
        if (is_used) {
            usages.emplace_back(word);
        }
    }
    return format("subject {}{}{}, for {} days", subject.empty() ? "none" : join(subject, ", "),
                  content.names.empty() ? "" : format("; names {}", join(content.names, ", ")),
                  usages.empty() ? "" : format("; {}", join(usages, " and ")), fields.days);
}

}  // namespace bestow::generate
