#include "age/age.hpp"
#include "age/known_recipients.hpp"
#include "age/lines.hpp"
#include "age/ssh_ed25519.hpp"
#include "age/ssh_rsa.hpp"
#include "age/x25519.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "codec/bech32.hpp"

#include <algorithm>

namespace bestow::age {
namespace {

bool starts_with(std::string_view text, std::string_view prefix) {
    return text.substr(0, prefix.size()) == prefix;
}

/// "age1NAME1..." for a plugin or a kind that this build lacks.
[[noreturn]] void refuse_human_part(std::string_view human_part) {
    const std::string_view name = human_part.substr(std::string_view("age1").size());
    if (name == "pq") {
        throw Error(ErrorKind::Format,
                    "hybrid post-quantum recipients need a libsodium or OpenSSL with ML-KEM; this build has none");
    }
    if (name == "tag" || name == "tagpq") {
        throw Error(ErrorKind::Format, "tagged recipients, of hardware keys, are not supported yet");
    }
    throw Error(ErrorKind::Format, format("recipients of the plugin age-plugin-{} are not supported yet", name));
}

std::unique_ptr<Recipient> parse_native(std::string_view text) {
    const auto decoded = codec::decode_bech32(text);
    if (!decoded) {
        throw Error(ErrorKind::Format, "malformed age recipient: a character or its checksum is wrong");
    }
    if (starts_with(decoded->human_part, "age1")) {
        refuse_human_part(decoded->human_part);
    }
    if (decoded->human_part != "age" || decoded->bytes.size() != crypto::kX25519Bytes) {
        throw Error(ErrorKind::Format, "malformed age recipient: not 32 bytes under 'age'");
    }
    crypto::X25519Point point{};
    std::copy(decoded->bytes.view().begin(), decoded->bytes.view().end(), point.begin());
    return std::make_unique<X25519Recipient>(point);
}

std::unique_ptr<Recipient> parse_ssh(std::string_view text) {
    ssh::PublicKey key = ssh::parse_public_key(text);
    if (key.type == ssh::KeyType::Rsa) {
        return std::make_unique<SshRsaRecipient>(std::move(key));
    }
    return std::make_unique<SshEd25519Recipient>(std::move(key));
}

bool looks_like_ssh(std::string_view text) {
    return starts_with(text, "ssh-") || starts_with(text, "ecdsa-") || starts_with(text, "sk-");
}

}  // namespace

std::unique_ptr<Recipient> parse_recipient(std::string_view text) {
    const std::string_view trimmed = trim(text);
    if (starts_with(trimmed, "age1")) {
        return parse_native(trimmed);
    }
    if (looks_like_ssh(trimmed)) {
        return parse_ssh(trimmed);
    }
    // The text is not echoed: a private key may have been pasted by mistake.
    if (starts_with(trimmed, "AGE-SECRET-KEY-") || starts_with(trimmed, "AGE-PLUGIN-")) {
        throw Error(ErrorKind::Format, "that is an identity, which is secret, and not a recipient",
                    "bestow age keygen -y prints the recipient of an identity");
    }
    throw Error(ErrorKind::Format, "unknown kind of recipient", "a recipient starts with age1, ssh-ed25519 or ssh-rsa");
}

std::shared_ptr<const Recipient> shared_recipient(std::string_view text) {
    return known_recipient(text)->recipient;
}

std::string normalize_recipient(std::string_view text) {
    return known_recipient(text)->text;
}

std::string recipient_as_x25519(std::string_view text) {
    return known_recipient(text)->as_x25519;
}

Recipients parse_recipients_file(ByteView file, std::string_view name, std::vector<std::string>* ignored) {
    Recipients recipients;
    for_each_line(file, name, [&](std::string_view line) {
        const auto unsupported = ssh::type_that_cannot_decrypt(line);
        if (unsupported && ignored != nullptr) {
            ignored->push_back(format("{}: ignoring an SSH key of type {}", quoted(name), quoted(*unsupported)));
        } else {
            recipients.push_back(parse_recipient(line));
        }
    });
    if (recipients.empty()) {
        throw Error(ErrorKind::Format, format("{}: no recipients in it", quoted(name)));
    }
    return recipients;
}

}  // namespace bestow::age
