#include "ssh/generate_key.hpp"

#include "codec/base64.hpp"
#include "crypto/random.hpp"
#include "crypto/rsa_key.hpp"
#include "crypto/x25519.hpp"

#include <algorithm>
#include <array>

namespace bestow::ssh {
namespace {

constexpr std::string_view kMagic("openssh-key-v1\0", 15);
constexpr std::string_view kNone = "none";
constexpr std::size_t kSeedBytes = 32;
constexpr std::size_t kBlockBytes = 8;  // of the cipher "none"
constexpr std::size_t kLineLength = 70;

void append_string(SecretBuilder& out, ByteView bytes) {
    const auto size = static_cast<std::uint32_t>(bytes.size());
    const std::array<Byte, 4> length = {static_cast<Byte>(size >> 24), static_cast<Byte>(size >> 16),
                                        static_cast<Byte>(size >> 8), static_cast<Byte>(size)};
    out.append(length);
    out.append(bytes);
}

/// An mpint (RFC 4251) of a positive number without leading zeros.
void append_number(SecretBuilder& out, ByteView number) {
    SecretBuilder padded;
    const Byte zero = 0;
    if (!number.empty() && (number.front() & 0x80) != 0) {
        padded.append(ByteView(&zero, 1));
    }
    padded.append(number);
    append_string(out, padded.view());
}

/// PROTOCOL.key: two equal check numbers, the key, its comment, and 1 2 3 ... up to a whole block.
SecretBytes private_section(std::string_view kind, ByteView key, const std::string& comment) {
    std::array<Byte, 4> check{};
    crypto::fill_random(check);
    SecretBuilder section;
    section.append(check);
    section.append(check);
    append_string(section, as_bytes(kind));
    section.append(key);
    append_string(section, as_bytes(comment));
    for (Byte number = 1; section.size() % kBlockBytes != 0; ++number) {
        section.append(ByteView(&number, 1));
    }
    return section.finish();
}

SecretBytes pem_of(ByteView block) {
    const SecretBytes text = codec::encode_base64_secret(block);
    SecretBuilder pem;
    pem.append("-----BEGIN OPENSSH PRIVATE KEY-----\n");
    for (std::size_t at = 0; at < text.size(); at += kLineLength) {
        pem.append(text.view().subspan(at, std::min(kLineLength, text.size() - at)));
        pem.append("\n");
    }
    pem.append("-----END OPENSSH PRIVATE KEY-----\n");
    return pem.finish();
}

SecretBytes file_of(const PublicKey& public_key, ByteView section) {
    SecretBuilder block;
    block.append(kMagic);
    append_string(block, as_bytes(kNone));
    append_string(block, as_bytes(kNone));
    append_string(block, {});
    const std::array<Byte, 4> one = {0, 0, 0, 1};
    block.append(one);
    append_string(block, public_key.wire);
    append_string(block, section);
    return pem_of(block.view());
}

}  // namespace

GeneratedKey generate_ed25519_key(const std::string& comment) {
    SecretBytes seed(kSeedBytes);
    crypto::fill_random(seed.writable());
    const crypto::X25519Point point = crypto::ed25519_public(seed.view());
    GeneratedKey key;
    key.public_key = make_ed25519_public_key(point);
    key.public_key.comment = comment;
    SecretBuilder both;
    both.append(seed.view());
    both.append(point);
    SecretBuilder numbers;
    append_string(numbers, point);
    append_string(numbers, both.view());
    key.file = file_of(key.public_key, private_section("ssh-ed25519", numbers.view(), comment).view());
    return key;
}

GeneratedKey generate_rsa_key(std::size_t bits, const std::string& comment) {
    const crypto::NewRsaKey made = crypto::generate_rsa_key(bits);
    GeneratedKey key;
    key.public_key = make_rsa_public_key(made.modulus, made.exponent);
    key.public_key.comment = comment;
    SecretBuilder numbers;
    append_number(numbers, made.modulus);
    append_number(numbers, made.exponent);
    append_number(numbers, made.private_exponent.view());
    append_number(numbers, made.inverse.view());
    append_number(numbers, made.prime_p.view());
    append_number(numbers, made.prime_q.view());
    key.file = file_of(key.public_key, private_section("ssh-rsa", numbers.view(), comment).view());
    return key;
}

}  // namespace bestow::ssh
