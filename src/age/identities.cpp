#include "age/age.hpp"
#include "age/lines.hpp"
#include "age/ssh_ed25519.hpp"
#include "age/ssh_rsa.hpp"
#include "age/x25519.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "codec/bech32.hpp"
#include "ssh/private_key.hpp"

namespace bestow::age {
namespace {

bool starts_with(std::string_view text, std::string_view prefix) {
    return text.substr(0, prefix.size()) == prefix;
}

std::unique_ptr<Identity> parse_native(std::string_view line) {
    auto decoded = codec::decode_bech32(line);
    if (!decoded || decoded->human_part != "AGE-SECRET-KEY-" || decoded->bytes.size() != crypto::kX25519Bytes) {
        throw Error(ErrorKind::Format, "malformed identity: a character or its checksum is wrong");
    }
    return std::make_unique<X25519Identity>(std::move(decoded->bytes));
}

std::unique_ptr<Identity> parse_line(std::string_view line) {
    if (starts_with(line, "AGE-SECRET-KEY-PQ-1")) {
        throw Error(ErrorKind::Format,
                    "hybrid post-quantum identities need a libsodium or OpenSSL with ML-KEM; this build has none");
    }
    if (starts_with(line, "AGE-SECRET-KEY-1")) {
        return parse_native(line);
    }
    if (starts_with(line, "AGE-PLUGIN-")) {
        throw Error(ErrorKind::Format, "plugin identities are not supported yet");
    }
    throw Error(ErrorKind::Format, "unknown kind of identity", "an identity starts with AGE-SECRET-KEY-1");
}

Identities make_ssh_identities(ssh::PrivateKey key) {
    Identities identities;
    if (key.public_key.type == ssh::KeyType::Rsa) {
        identities.push_back(std::make_unique<SshRsaIdentity>(std::move(key.public_key), std::move(key.rsa_der)));
        return identities;
    }
    SecretBytes scalar = crypto::ed25519_seed_to_x25519(key.ed25519_seed.view());
    identities.push_back(std::make_unique<SshEd25519Identity>(std::move(key.public_key), key.ed25519_seed.view()));
    identities.push_back(std::make_unique<X25519Identity>(std::move(scalar)));
    return identities;
}

}  // namespace

Identities parse_identities(ByteView file, std::string_view name) {
    if (ssh::looks_like_private_key(file)) {
        try {
            return make_ssh_identities(ssh::parse_private_key(file));
        } catch (Error& error) {
            error.add_context(quoted(name));
            throw;
        }
    }
    if (looks_like_age_file(file)) {
        throw Error(ErrorKind::Format,
                    format("{}: identity files protected by a passphrase are not supported yet", quoted(name)));
    }
    Identities identities;
    for_each_line(file, name, [&](std::string_view line) { identities.push_back(parse_line(line)); });
    if (identities.empty()) {
        throw Error(ErrorKind::Format, format("{}: no identities in it", quoted(name)));
    }
    return identities;
}

SecretBytes ssh_private_key_as_identity(ByteView file) {
    const ssh::PrivateKey key = ssh::parse_private_key(file);
    if (key.public_key.type != ssh::KeyType::Ed25519) {
        throw Error(ErrorKind::Format, "only an ed25519 key stands for an age identity",
                    "an RSA key opens age files as it is");
    }
    return encode_x25519_identity(crypto::ed25519_seed_to_x25519(key.ed25519_seed.view()).view());
}

}  // namespace bestow::age
