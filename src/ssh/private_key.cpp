#include "ssh/private_key.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "codec/pem.hpp"
#include "codec/ssh_wire.hpp"
#include "crypto/rsa.hpp"
#include "crypto/x25519.hpp"

#include <algorithm>

namespace bestow::ssh {
namespace {

constexpr std::size_t kLargestFile = std::size_t{16} * 1024;
constexpr std::string_view kMagic{"openssh-key-v1\0", 15};
constexpr std::size_t kSeedBytes = 32;

Error malformed(std::string_view what) {
    return {ErrorKind::Format, format("malformed SSH private key: {}", what)};
}

[[noreturn]] void refuse_protected() {
    throw Error(ErrorKind::Format, "this private key is protected by a passphrase, which bestow cannot open yet",
                "make an unprotected key for bestow (bestow key generate)");
}

template <typename T>
T expect(std::optional<T> value, std::string_view what) {
    if (!value) {
        throw malformed(format("{} is cut off or not canonical", what));
    }
    return *value;
}

/// The private section of PROTOCOL.key, after the check-ints.
PrivateKey read_ed25519(codec::SshReader& reader) {
    const ByteView point = expect(reader.read_string(), "its public half");
    const ByteView pair = expect(reader.read_string(), "its private half");
    if (point.size() != kSeedBytes || pair.size() != 2 * kSeedBytes) {
        throw malformed("an ed25519 key of another size");
    }
    const ByteView seed = pair.first(kSeedBytes);
    const auto computed = crypto::ed25519_public(seed);
    if (!equal_constant_time(point, pair.subspan(kSeedBytes)) || !equal_constant_time(point, computed)) {
        throw malformed("its public and private halves do not belong together");
    }
    PrivateKey key;
    key.public_key = make_ed25519_public_key(point);
    key.ed25519_seed = SecretBytes::copy_of(seed);
    return key;
}

PrivateKey read_rsa(codec::SshReader& reader) {
    crypto::RsaPrivateParts parts;
    parts.public_parts.modulus = expect(reader.read_positive_number(), "its modulus");
    parts.public_parts.exponent = expect(reader.read_positive_number(), "its exponent");
    parts.private_exponent = expect(reader.read_positive_number(), "its private exponent");
    parts.inverse = expect(reader.read_positive_number(), "its inverse");
    parts.prime_p = expect(reader.read_positive_number(), "its first prime");
    parts.prime_q = expect(reader.read_positive_number(), "its second prime");
    PrivateKey key;
    key.public_key = make_rsa_public_key(parts.public_parts.modulus, parts.public_parts.exponent);
    auto der = crypto::rsa_private_der(parts);
    if (!der) {
        throw malformed("its numbers do not belong together");
    }
    key.rsa_der = *std::move(der);
    return key;
}

void check_padding(ByteView padding) {
    constexpr std::size_t block_bytes = 8;  // of cipher "none"
    for (std::size_t index = 0; index < padding.size(); ++index) {
        if (padding[index] != index + 1 || index + 1 >= block_bytes) {
            throw malformed("its padding is wrong");
        }
    }
}

PrivateKey read_private_section(ByteView section) {
    codec::SshReader reader(section);
    if (expect(reader.read_uint32(), "its first check") != expect(reader.read_uint32(), "its second check")) {
        throw malformed("its two checks differ");
    }
    const std::string_view type = as_text(expect(reader.read_string(), "its type"));
    PrivateKey key = type == "ssh-ed25519" ? read_ed25519(reader) : read_rsa(reader);
    key.public_key.comment = to_text(expect(reader.read_string(), "its comment"));
    check_padding(reader.rest());
    return key;
}

PrivateKey read_openssh(ByteView blob) {
    codec::SshReader reader(blob);
    if (as_text(expect(reader.read_bytes(kMagic.size()), "its mark")) != kMagic) {
        throw malformed("it does not start with openssh-key-v1");
    }
    const std::string_view cipher = as_text(expect(reader.read_string(), "its cipher"));
    const std::string_view derivation = as_text(expect(reader.read_string(), "its key derivation"));
    const ByteView derivation_options = expect(reader.read_string(), "its key derivation");
    if (cipher != "none" || derivation != "none") {
        refuse_protected();
    }
    if (!derivation_options.empty()) {
        throw malformed("options for no key derivation");
    }
    if (expect(reader.read_uint32(), "its number of keys") != 1) {
        throw malformed("more or less than one key");
    }
    // Reading the public half first names the types that cannot decrypt.
    const PublicKey public_key = parse_public_key_wire(expect(reader.read_string(), "its public key"));
    const ByteView section = expect(reader.read_string(), "its private section");
    if (!reader.at_end()) {
        throw malformed("bytes after its end");
    }
    codec::SshReader checked_type(section);
    const auto checks = checked_type.read_bytes(8);
    const auto type = checks ? checked_type.read_string() : std::nullopt;
    const std::string_view expected = public_key.type == KeyType::Ed25519 ? "ssh-ed25519" : "ssh-rsa";
    if (type && as_text(*type) != expected) {
        throw malformed("its public and private halves differ in type");
    }
    PrivateKey key = read_private_section(section);
    if (key.public_key.wire != public_key.wire) {
        throw malformed("its public and private halves do not belong together");
    }
    return key;
}

PrivateKey read_der(ByteView der) {
    auto parsed = crypto::parse_private_der(der);
    if (!parsed) {
        throw malformed("openssl cannot read it");
    }
    PrivateKey key;
    if (!parsed->rsa_pkcs1.empty()) {
        key.public_key = make_rsa_public_key(parsed->rsa_modulus, parsed->rsa_exponent);
        key.rsa_der = std::move(parsed->rsa_pkcs1);
    } else if (!parsed->ed25519_seed.empty()) {
        key.public_key = make_ed25519_public_key(crypto::ed25519_public(parsed->ed25519_seed.view()));
        key.ed25519_seed = std::move(parsed->ed25519_seed);
    } else {
        throw Error(ErrorKind::Format, "a private key that is neither RSA nor ed25519 cannot decrypt",
                    "use an ssh-ed25519 or ssh-rsa key, or an age key (bestow key generate)");
    }
    return key;
}

}  // namespace

bool looks_like_private_key(ByteView file) {
    const std::string_view text = trim(as_text(file.first(std::min<std::size_t>(file.size(), 256))));
    const std::string_view first_line = text.substr(0, text.find('\n'));
    return text.substr(0, 11) == "-----BEGIN " && first_line.find("PRIVATE KEY-----") != first_line.npos;
}

PrivateKey parse_private_key(ByteView file) {
    if (file.size() > kLargestFile) {
        throw malformed(format("larger than {} bytes", kLargestFile));
    }
    const std::string_view text = trim(as_text(file));
    if (text.empty()) {
        throw malformed("the file is empty");
    }
    const auto pem = codec::decode_pem(text);
    if (!pem) {
        throw malformed("no whole PEM block");
    }
    if (pem->encrypted || pem->label == "ENCRYPTED PRIVATE KEY") {
        refuse_protected();
    }
    if (pem->label == "OPENSSH PRIVATE KEY") {
        return read_openssh(pem->bytes.view());
    }
    if (pem->label == "RSA PRIVATE KEY" || pem->label == "PRIVATE KEY" || pem->label == "EC PRIVATE KEY" ||
        pem->label == "DSA PRIVATE KEY") {
        return read_der(pem->bytes.view());
    }
    throw malformed(format("a PEM block {} is no private key", quoted(pem->label)));
}

}  // namespace bestow::ssh
