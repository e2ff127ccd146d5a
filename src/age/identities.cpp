#include "age/age.hpp"
#include "age/lines.hpp"
#include "age/locked.hpp"
#include "age/ssh_ed25519.hpp"
#include "age/ssh_rsa.hpp"
#include "age/stream_file.hpp"
#include "age/x25519.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "codec/bech32.hpp"
#include "ssh/private_key.hpp"

#include <memory>
#include <utility>

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

ssh::PublicKey public_half(const ssh::PrivateKeySummary& summary, const Unlocking& unlocking) {
    if (!summary.obstacle.empty()) {
        throw Error(ErrorKind::Format, format("no passphrase opens this private key here: {}", summary.obstacle),
                    "ssh-keygen -p -Z aes256-ctr protects it anew");
    }
    if (summary.public_key) {
        return *summary.public_key;
    }
    if (unlocking.public_key.empty()) {
        throw Error(ErrorKind::Format,
                    "its public half is hidden by its passphrase, and there is no .pub file beside it",
                    "ssh-keygen -y -f KEY > KEY.pub makes one");
    }
    const std::string_view text = trim(unlocking.public_key);
    return ssh::parse_public_key(text.substr(0, text.find('\n')));
}

/// What is missing to open a key is said before its passphrase is typed.
AskPassphrase ask_when_prepared(const std::shared_ptr<SecretBytes>& file, const AskPassphrase& ask) {
    return [file, ask](const std::string& name, unsigned attempt) {
        try {
            ssh::prepare_to_unlock(file->view());
        } catch (const Error& error) {
            throw Error(ErrorKind::NoIdentity, format("{}: {}", quoted(name), error.full_message()), error.hint());
        }
        return ask(name, attempt);
    };
}

Identities parse_ssh_key(ByteView file, std::string_view name, const Unlocking& unlocking) {
    const ssh::PrivateKeySummary summary = ssh::inspect_private_key(file);
    if (!summary.is_protected || !unlocking.ask) {
        return make_ssh_identities(ssh::parse_private_key(file));
    }
    ssh::PublicKey key = public_half(summary, unlocking);
    auto content = std::make_shared<SecretBytes>(SecretBytes::copy_of(file));
    const auto open = [content, wire = key.wire](ByteView passphrase) -> std::optional<Identities> {
        std::optional<ssh::PrivateKey> unlocked = ssh::unlock_private_key(content->view(), passphrase);
        if (!unlocked) {
            return std::nullopt;
        }
        if (unlocked->public_key.wire != wire) {
            throw Error(ErrorKind::Format, "the .pub file beside it is of another key");
        }
        return make_ssh_identities(*std::move(unlocked));
    };
    return locked_ssh_identities(key, std::make_shared<Lock>(name, ask_when_prepared(content, unlocking.ask), open));
}

Identities parse_lines(ByteView file, std::string_view name) {
    Identities identities;
    for_each_line(file, name, [&](std::string_view line) { identities.push_back(parse_line(line)); });
    if (identities.empty()) {
        throw Error(ErrorKind::Format, format("{}: no identities in it", quoted(name)));
    }
    return identities;
}

/// An age file whose only recipient is a passphrase, and whose plaintext is an identity file.
Identities parse_protected_file(ByteView file, std::string_view name, const Unlocking& unlocking) {
    if (!unlocking.ask) {
        throw Error(ErrorKind::Format, "this identity file is protected by a passphrase",
                    "only an operator's commands ask for it; a machine's key has none");
    }
    MemorySource source(file);
    const std::vector<Stanza> stanzas = inspect_stream(source).stanzas;
    if (stanzas.size() != 1 || stanzas.front().type != "scrypt") {
        throw Error(ErrorKind::Format, "an age file that no passphrase opens is no identity file", "decrypt it first");
    }
    auto content = std::make_shared<Bytes>(to_bytes(file));
    const auto open = [content, name = std::string(name)](ByteView passphrase) -> std::optional<Identities> {
        Identities key;
        key.push_back(scrypt_identity([&] { return SecretBytes::copy_of(passphrase); }, kAttendedWorkFactor));
        const std::optional<SecretBytes> plaintext = decrypt(*content, key, content->size());
        return plaintext ? std::optional(parse_lines(plaintext->view(), name)) : std::nullopt;
    };
    if (unlocking.at_once) {
        return open_protected<Identities>(std::string(name), unlocking.ask, open);
    }
    Identities identities;
    identities.push_back(locked_identity_file(std::make_shared<Lock>(name, unlocking.ask, open)));
    return identities;
}

}  // namespace

bool Identity::prepare(const Attempt&, const std::vector<Stanza>&) const {
    return false;
}

Identities parse_identities(ByteView file, std::string_view name, const Unlocking& unlocking) {
    const bool is_ssh_key = ssh::looks_like_private_key(file);
    if (!is_ssh_key && !looks_like_age_file(file)) {
        return parse_lines(file, name);
    }
    try {
        return is_ssh_key ? parse_ssh_key(file, name, unlocking) : parse_protected_file(file, name, unlocking);
    } catch (Error& error) {
        error.add_context(quoted(name));
        throw;
    }
}

SecretBytes ssh_private_key_as_identity(ByteView file, std::string_view name, const AskPassphrase& ask) {
    const ssh::PrivateKeySummary summary = ssh::inspect_private_key(file);
    const auto unlock = [&](ByteView passphrase) { return ssh::unlock_private_key(file, passphrase); };
    const ssh::PrivateKey key = summary.is_protected && summary.obstacle.empty() && ask
                                    ? open_protected<ssh::PrivateKey>(std::string(name), ask, unlock)
                                    : ssh::parse_private_key(file);
    if (key.public_key.type != ssh::KeyType::Ed25519) {
        throw Error(ErrorKind::Format, "only an ed25519 key stands for an age identity",
                    "an RSA key opens age files as it is");
    }
    return encode_x25519_identity(crypto::ed25519_seed_to_x25519(key.ed25519_seed.view()).view());
}

}  // namespace bestow::age
