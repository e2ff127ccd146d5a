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
constexpr std::string_view kOpensshLabel = "OPENSSH PRIVATE KEY";

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

PrivateKey read_private_section(ByteView section, KeyType type) {
    codec::SshReader reader(section);
    if (expect(reader.read_uint32(), "its first check") != expect(reader.read_uint32(), "its second check")) {
        throw malformed("its two checks differ");
    }
    const std::string_view expected_type = type == KeyType::Ed25519 ? "ssh-ed25519" : "ssh-rsa";
    if (as_text(expect(reader.read_string(), "its type")) != expected_type) {
        throw malformed("its public and private halves differ in type");
    }
    PrivateKey key = type == KeyType::Ed25519 ? read_ed25519(reader) : read_rsa(reader);
    key.public_key.comment = to_text(expect(reader.read_string(), "its comment"));
    check_padding(reader.rest());
    return key;
}

/// The outer part of PROTOCOL.key.
struct OpensshFile {
    bool is_protected = false;
    PublicKey public_key;
    ByteView private_section;  ///< ciphertext when protected
};

OpensshFile read_openssh_file(ByteView blob) {
    codec::SshReader reader(blob);
    if (as_text(expect(reader.read_bytes(kMagic.size()), "its mark")) != kMagic) {
        throw malformed("it does not start with openssh-key-v1");
    }
    const std::string_view cipher = as_text(expect(reader.read_string(), "its cipher"));
    const std::string_view derivation = as_text(expect(reader.read_string(), "its key derivation"));
    const ByteView derivation_options = expect(reader.read_string(), "its key derivation");
    OpensshFile file;
    file.is_protected = cipher != "none" || derivation != "none";
    if (!file.is_protected && !derivation_options.empty()) {
        throw malformed("options for no key derivation");
    }
    if (expect(reader.read_uint32(), "its number of keys") != 1) {
        throw malformed("more or less than one key");
    }
    // Reading the public half first names the types that cannot decrypt.
    file.public_key = parse_public_key_wire(expect(reader.read_string(), "its public key"));
    file.private_section = expect(reader.read_string(), "its private section");
    // An authenticated cipher puts its tag after the last string.
    if (!file.is_protected && !reader.at_end()) {
        throw malformed("bytes after its end");
    }
    return file;
}

PrivateKey read_openssh(ByteView blob) {
    const OpensshFile file = read_openssh_file(blob);
    if (file.is_protected) {
        refuse_protected();
    }
    PrivateKey key = read_private_section(file.private_section, file.public_key.type);
    if (key.public_key.wire != file.public_key.wire) {
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

codec::Pem read_pem(ByteView file) {
    if (file.size() > kLargestFile) {
        throw malformed(format("larger than {} bytes", kLargestFile));
    }
    const std::string_view text = trim(as_text(file));
    if (text.empty()) {
        throw malformed("the file is empty");
    }
    auto pem = codec::decode_pem(text);
    if (!pem) {
        throw malformed("no whole PEM block");
    }
    constexpr std::string_view suffix = "PRIVATE KEY";
    if (pem->label.size() < suffix.size() || pem->label.substr(pem->label.size() - suffix.size()) != suffix) {
        throw malformed(format("a PEM block {} is no private key", quoted(pem->label)));
    }
    return *std::move(pem);
}

/// An encrypted key in a PEM form that does not even show its public half.
bool hides_everything(const codec::Pem& pem) {
    return pem.encrypted || pem.label == "ENCRYPTED PRIVATE KEY";
}

}  // namespace

bool looks_like_private_key(ByteView file) {
    const std::string_view text = trim(as_text(file.first(std::min<std::size_t>(file.size(), 256))));
    const std::string_view first_line = text.substr(0, text.find('\n'));
    return text.substr(0, 11) == "-----BEGIN " && first_line.find("PRIVATE KEY-----") != first_line.npos;
}

PrivateKeySummary inspect_private_key(ByteView file) {
    const codec::Pem pem = read_pem(file);
    PrivateKeySummary summary;
    if (hides_everything(pem)) {
        summary.is_protected = true;
    } else if (pem.label == kOpensshLabel) {
        OpensshFile openssh = read_openssh_file(pem.bytes.view());
        summary.is_protected = openssh.is_protected;
        summary.public_key =
            openssh.is_protected ? std::move(openssh.public_key) : std::move(read_openssh(pem.bytes.view()).public_key);
    } else {
        summary.public_key = read_der(pem.bytes.view()).public_key;
    }
    return summary;
}

PrivateKey parse_private_key(ByteView file) {
    const codec::Pem pem = read_pem(file);
    if (hides_everything(pem)) {
        refuse_protected();
    }
    return pem.label == kOpensshLabel ? read_openssh(pem.bytes.view()) : read_der(pem.bytes.view());
}

}  // namespace bestow::ssh
