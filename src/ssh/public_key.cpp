#include "ssh/public_key.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "codec/base64.hpp"
#include "codec/ssh_wire.hpp"
#include "crypto/hash.hpp"

#include <algorithm>
#include <bit>

namespace bestow::ssh {
namespace {

constexpr std::string_view kEd25519 = "ssh-ed25519";
constexpr std::string_view kRsa = "ssh-rsa";
constexpr std::size_t kLongestLine = std::size_t{16} * 1024;

Error malformed(std::string_view what) {
    return {ErrorKind::Format, format("malformed SSH public key: {}", what)};
}

/// The text up to the next blank, taken off the front together with the blanks after it.
std::string_view take_word(std::string_view& text) {
    const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
    const std::string_view word = text.substr(0, end);
    text = trim(text.substr(end));
    return word;
}

[[noreturn]] void refuse_type(std::string_view type) {
    const auto starts = [&](std::string_view prefix) { return type.substr(0, prefix.size()) == prefix; };
    const bool known = starts("ecdsa-") || starts("sk-") || starts("ssh-");
    if (!known) {
        throw malformed("it starts with no key type");
    }
    throw Error(ErrorKind::Format, format("SSH keys of type {} can sign but not decrypt", quoted(type)),
                "use an ssh-ed25519 or ssh-rsa key, or an age key (bestow key generate)");
}

void check_rsa(const PublicKey& key) {
    const std::size_t bits = key.rsa_modulus_bits();
    if (bits < kSmallestRsaBits || bits > kLargestRsaBits) {
        throw Error(ErrorKind::Format,
                    format("an RSA key of {} bits; {} to {} are taken", bits, kSmallestRsaBits, kLargestRsaBits),
                    "make a new key: ssh-keygen -t ed25519");
    }
    const bool sound = key.rsa_exponent.size() <= 4 && (key.rsa_exponent.back() & 1U) == 1 &&
                       !(key.rsa_exponent.size() == 1 && key.rsa_exponent[0] < 3) && (key.rsa_modulus.back() & 1U) == 1;
    if (!sound) {
        throw malformed("its RSA exponent or modulus is out of range");
    }
}

}  // namespace

std::size_t PublicKey::rsa_modulus_bits() const {
    if (rsa_modulus.empty()) {
        return 0;
    }
    return (rsa_modulus.size() - 1) * 8 + static_cast<std::size_t>(std::bit_width(rsa_modulus.front()));
}

std::string PublicKey::text() const {
    return format("{} {}", type == KeyType::Ed25519 ? kEd25519 : kRsa, codec::encode_base64(wire));
}

std::string PublicKey::fingerprint() const {
    return "SHA256:" + codec::encode_base64(crypto::sha256(wire), codec::Padding::Forbidden);
}

PublicKey make_ed25519_public_key(ByteView point) {
    PublicKey key;
    codec::append_ssh_string(key.wire, as_bytes(kEd25519));
    codec::append_ssh_string(key.wire, point);
    key.ed25519_point = to_bytes(point);
    return key;
}

PublicKey make_rsa_public_key(ByteView modulus, ByteView exponent) {
    PublicKey key;
    key.type = KeyType::Rsa;
    codec::append_ssh_string(key.wire, as_bytes(kRsa));
    codec::append_ssh_number(key.wire, exponent);
    codec::append_ssh_number(key.wire, modulus);
    key.rsa_modulus = to_bytes(modulus);
    key.rsa_exponent = to_bytes(exponent);
    check_rsa(key);
    return key;
}

PublicKey parse_public_key_wire(ByteView wire) {
    codec::SshReader reader(wire);
    const auto type = reader.read_string();
    if (!type) {
        throw malformed("its type is cut off");
    }
    if (as_text(*type) == kEd25519) {
        const auto point = reader.read_string();
        if (!point || point->size() != 32 || !reader.at_end()) {
            throw malformed("an ed25519 key holds exactly 32 bytes");
        }
        return make_ed25519_public_key(*point);
    }
    if (as_text(*type) == kRsa) {
        const auto exponent = reader.read_positive_number();
        const auto modulus = reader.read_positive_number();
        if (!exponent || !modulus || !reader.at_end()) {
            throw malformed("an RSA key holds exactly two positive numbers");
        }
        return make_rsa_public_key(*modulus, *exponent);
    }
    refuse_type(as_text(*type));
}

std::optional<std::string> type_that_cannot_decrypt(std::string_view line) {
    std::string_view rest = trim(line);
    const std::string_view type = take_word(rest);
    if (type == kEd25519 || type == kRsa || rest.size() > kLongestLine) {
        return std::nullopt;
    }
    const auto wire = codec::decode_base64(take_word(rest));
    const auto inner_type = wire ? codec::SshReader(*wire).read_string() : std::nullopt;
    return inner_type && as_text(*inner_type) == type ? std::optional(std::string(type)) : std::nullopt;
}

PublicKey parse_public_key(std::string_view line) {
    std::string_view rest = trim(line);
    if (rest.size() > kLongestLine) {
        throw malformed("the line is too long");
    }
    const std::string_view type = take_word(rest);
    if (type != kEd25519 && type != kRsa) {
        refuse_type(type);
    }
    const std::string_view encoded = take_word(rest);
    if (encoded.empty()) {
        throw malformed("there is no key after the type");
    }
    const auto wire = codec::decode_base64(encoded);
    if (!wire) {
        throw malformed("what follows the type is not base64");
    }
    codec::SshReader reader(*wire);
    const auto inner_type = reader.read_string();
    if (!inner_type || as_text(*inner_type) != type) {
        throw malformed("the type in it is not the type before it");
    }
    PublicKey key = parse_public_key_wire(*wire);
    key.comment = std::string(rest);
    return key;
}

}  // namespace bestow::ssh
