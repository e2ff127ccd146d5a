#include "ssh/openssh_key.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "codec/ssh_wire.hpp"
#include "crypto/aead.hpp"
#include "crypto/aes.hpp"
#include "crypto/bcrypt_pbkdf.hpp"
#include "crypto/rsa.hpp"
#include "crypto/x25519.hpp"

#include <algorithm>
#include <array>

namespace bestow::ssh {
namespace {

constexpr std::string_view kMagic{"openssh-key-v1\0", 15};
constexpr std::size_t kSeedBytes = 32;
constexpr std::size_t kChecksBytes = 8;
constexpr std::size_t kAesBlockBytes = 16;
constexpr std::size_t kGcmIvBytes = 12;
constexpr std::size_t kLongestSalt = 64;

Error malformed(std::string_view what) {
    return {ErrorKind::Format, format("malformed SSH private key: {}", what)};
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

void check_padding(ByteView padding, std::size_t block_bytes) {
    for (std::size_t index = 0; index < padding.size(); ++index) {
        if (padding[index] != index + 1 || index + 1 >= block_bytes) {
            throw malformed("its padding is wrong");
        }
    }
}

/// What is encrypted, and in blocks of how many bytes.
struct PrivateSection {
    ByteView bytes;
    std::size_t block_bytes;
};

/// The two equal numbers that the private section starts with tell a right passphrase from a wrong one.
bool has_equal_checks(const PrivateSection& section) {
    codec::SshReader reader(section.bytes);
    return expect(reader.read_uint32(), "its first check") == expect(reader.read_uint32(), "its second check");
}

/// Precondition: equal checks.
PrivateKey read_private_section(const OpensshFile& file, const PrivateSection& section) {
    const KeyType type = file.public_key.type;
    codec::SshReader reader(section.bytes);
    (void)reader.read_bytes(kChecksBytes);
    const std::string_view expected_type = type == KeyType::Ed25519 ? "ssh-ed25519" : "ssh-rsa";
    if (as_text(expect(reader.read_string(), "its type")) != expected_type) {
        throw malformed("its public and private halves differ in type");
    }
    PrivateKey key = type == KeyType::Ed25519 ? read_ed25519(reader) : read_rsa(reader);
    key.public_key.comment = to_text(expect(reader.read_string(), "its comment"));
    check_padding(reader.rest(), section.block_bytes);
    if (key.public_key.wire != file.public_key.wire) {
        throw malformed("its public and private halves do not belong together");
    }
    return key;
}

struct Cipher {
    std::string_view name;
    crypto::AesMode mode;
    std::size_t key_bytes;
};
constexpr auto kCiphers = std::to_array<Cipher>({
    {"aes256-ctr", crypto::AesMode::Ctr, 32},
    {"aes192-ctr", crypto::AesMode::Ctr, 24},
    {"aes128-ctr", crypto::AesMode::Ctr, 16},
    {"aes256-cbc", crypto::AesMode::Cbc, 32},
    {"aes192-cbc", crypto::AesMode::Cbc, 24},
    {"aes128-cbc", crypto::AesMode::Cbc, 16},
    {"aes256-gcm@openssh.com", crypto::AesMode::Gcm, 32},
    {"aes128-gcm@openssh.com", crypto::AesMode::Gcm, 16},
});

const Cipher* find_cipher(std::string_view name) {
    const auto* const found =
        std::find_if(kCiphers.begin(), kCiphers.end(), [&](const Cipher& each) { return each.name == name; });
    return found != kCiphers.end() ? found : nullptr;
}

struct Derivation {
    ByteView salt;
    std::uint32_t rounds = 0;
};

Derivation read_derivation(const OpensshFile& file) {
    codec::SshReader reader(file.derivation_options);
    Derivation derivation;
    derivation.salt = expect(reader.read_string(), "its salt");
    derivation.rounds = expect(reader.read_uint32(), "its number of rounds");
    if (derivation.salt.empty() || derivation.salt.size() > kLongestSalt || !reader.at_end()) {
        throw malformed("its salt has an odd size");
    }
    return derivation;
}

std::optional<SecretBytes> decrypt_section(const OpensshFile& file, const Cipher& cipher, ByteView passphrase) {
    const Derivation derivation = read_derivation(file);
    const std::size_t iv_bytes = cipher.mode == crypto::AesMode::Gcm ? kGcmIvBytes : kAesBlockBytes;
    const SecretBytes material =
        crypto::bcrypt_pbkdf(passphrase, derivation.salt, derivation.rounds, cipher.key_bytes + iv_bytes);
    return crypto::decrypt_aes(
        {cipher.mode, material.view().first(cipher.key_bytes), material.view().subspan(cipher.key_bytes), file.tag},
        file.private_section);
}

}  // namespace

OpensshFile read_openssh_file(ByteView block) {
    codec::SshReader reader(block);
    if (as_text(expect(reader.read_bytes(kMagic.size()), "its mark")) != kMagic) {
        throw malformed("it does not start with openssh-key-v1");
    }
    OpensshFile file;
    file.cipher = to_text(expect(reader.read_string(), "its cipher"));
    file.derivation = to_text(expect(reader.read_string(), "its key derivation"));
    file.derivation_options = expect(reader.read_string(), "its key derivation");
    if (!file.is_protected() && !file.derivation_options.empty()) {
        throw malformed("options for no key derivation");
    }
    if (expect(reader.read_uint32(), "its number of keys") != 1) {
        throw malformed("more or less than one key");
    }
    // Reading the public half first names the types that cannot decrypt.
    file.public_key = parse_public_key_wire(expect(reader.read_string(), "its public key"));
    file.private_section = expect(reader.read_string(), "its private section");
    // An authenticated cipher puts its tag after the last string.
    file.tag = reader.rest();
    if (!file.is_protected() && !file.tag.empty()) {
        throw malformed("bytes after its end");
    }
    return file;
}

PrivateKey read_openssh_key(const OpensshFile& file) {
    constexpr std::size_t block_bytes = 8;  // of cipher "none"
    const PrivateSection section = {file.private_section, block_bytes};
    if (!has_equal_checks(section)) {
        throw malformed("its two checks differ");
    }
    return read_private_section(file, section);
}

std::string obstacle_of_openssh(const OpensshFile& file) {
    const Cipher* const cipher = find_cipher(file.cipher);
    if (cipher == nullptr || file.derivation != "bcrypt") {
        return format("it is protected by {} with {}, which bestow does not know", quoted(file.cipher),
                      quoted(file.derivation));
    }
    const std::size_t tag_bytes = cipher->mode == crypto::AesMode::Gcm ? crypto::kAeadTagBytes : 0;
    const std::size_t bytes = file.private_section.size();
    if (file.tag.size() != tag_bytes || bytes == 0 || bytes % kAesBlockBytes != 0) {
        return "it is cut off, or bytes follow it";
    }
    try {
        const std::uint32_t rounds = read_derivation(file).rounds;
        return rounds >= 1 && rounds <= crypto::kMostBcryptRounds
                   ? std::string()
                   : format("its key derivation takes {} rounds; bestow takes up to {}", rounds,
                            crypto::kMostBcryptRounds);
    } catch (const Error& error) {
        return error.message();
    }
}

std::optional<PrivateKey> unlock_openssh_key(const OpensshFile& file, ByteView passphrase) {
    const Cipher* const cipher = find_cipher(file.cipher);
    require(cipher != nullptr, "a key without an obstacle");
    const std::optional<SecretBytes> plaintext = decrypt_section(file, *cipher, passphrase);
    if (!plaintext) {
        return std::nullopt;
    }
    const PrivateSection section = {plaintext->view(), kAesBlockBytes};
    return has_equal_checks(section) ? std::optional(read_private_section(file, section)) : std::nullopt;
}

}  // namespace bestow::ssh
