#include "age/age.hpp"
#include "age/header.hpp"
#include "age/payload.hpp"
#include "age/seal_header.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "codec/armor.hpp"
#include "crypto/random.hpp"

#include <algorithm>
#include <array>

// Whole files in memory: chunks are opened from where they lie straight into the memory that is handed out.

namespace bestow::age {
namespace {

constexpr std::size_t kSmallBuffer = 4096;

/// The bytes inside the armor, or nullopt when there is none.
std::optional<Bytes> take_armor_off(ByteView file) {
    MemorySource memory(file);
    BufferedSource source(memory, kSmallBuffer);
    if (!codec::starts_with_armor(source)) {
        return std::nullopt;
    }
    codec::ArmorReader armor(source);
    Bytes inside(file.size());
    inside.resize(armor.read_full(inside));
    return inside;
}

std::size_t without_tag(std::size_t sealed_bytes) {
    return sealed_bytes - std::min(sealed_bytes, crypto::kAeadTagBytes);
}

SecretBytes open_payload(ByteView payload, ByteView file_key, std::size_t limit_bytes) {
    if (payload.size() < kPayloadNonceBytes) {
        throw Error(ErrorKind::Format, "the age file is cut off: its payload is missing");
    }
    PayloadOpener opener(file_key, payload.first(kPayloadNonceBytes));
    ByteView sealed = payload.subspan(kPayloadNonceBytes);
    const std::size_t size_bytes =
        sealed.size() / kSealedChunkBytes * kChunkBytes + without_tag(sealed.size() % kSealedChunkBytes);
    if (size_bytes > limit_bytes) {
        throw Error(ErrorKind::Format, format("the age file holds more than {} bytes", limit_bytes));
    }
    SecretBytes plaintext(size_bytes);
    ByteSpan rest = plaintext.writable();
    for (bool last = false; !last;) {
        const ByteView chunk = sealed.first(std::min(sealed.size(), kSealedChunkBytes));
        const std::size_t chunk_bytes = without_tag(chunk.size());
        last = opener.open(chunk, rest.first(chunk_bytes));
        rest = rest.subspan(chunk_bytes);
        sealed = sealed.subspan(chunk.size());
    }
    if (!sealed.empty()) {
        refuse_trailing_bytes();
    }
    return plaintext;
}

}  // namespace

Bytes encrypt(ByteView plaintext, const Recipients& recipients, bool armor) {
    const SealedHeader header = seal_header(recipients);
    Bytes file = to_bytes(as_bytes(header.text));
    std::array<Byte, kPayloadNonceBytes> nonce{};
    crypto::fill_random(nonce);
    file.insert(file.end(), nonce.begin(), nonce.end());
    PayloadSealer sealer(header.file_key.view(), nonce);
    do {
        const ByteView chunk = plaintext.first(std::min(plaintext.size(), kChunkBytes));
        plaintext = plaintext.subspan(chunk.size());
        const std::size_t at = file.size();
        file.resize(at + chunk.size() + crypto::kAeadTagBytes);
        sealer.seal(chunk, plaintext.empty(), ByteSpan(file).subspan(at));
    } while (!plaintext.empty());
    if (!armor) {
        return file;
    }
    MemorySink sink;
    codec::ArmorWriter armored(sink);
    armored.write(file);
    armored.finish();
    return sink.take();
}

namespace {

using UnwrapFileKey = std::function<std::optional<SecretBytes>(const Header&)>;

std::optional<SecretBytes> decrypt_with(ByteView file, std::size_t limit_bytes, const UnwrapFileKey& unwrap) {
    const std::optional<Bytes> inside = take_armor_off(file);
    const ByteView bytes = inside ? ByteView(*inside) : file;
    MemorySource memory(bytes);
    BufferedSource source(memory, kSmallBuffer);
    if (!inside) {
        expect_unarmored_age_file(source);
    }
    const Header header = read_header(source);
    const auto file_key = unwrap(header);
    if (!file_key) {
        return std::nullopt;
    }
    return open_payload(bytes.subspan(header.size_bytes), file_key->view(), limit_bytes);
}

}  // namespace

std::optional<SecretBytes> decrypt(ByteView file, const Identities& identities, std::size_t limit_bytes) {
    return decrypt_with(file, limit_bytes, [&](const Header& header) { return unwrap_file_key(header, identities); });
}

std::optional<SecretBytes> decrypt(ByteView file, const Identities& identities, std::size_t limit_bytes,
                                   const Attempt& attempt) {
    return decrypt_with(file, limit_bytes,
                        [&](const Header& header) { return unwrap_file_key(header, identities, attempt); });
}

bool looks_like_age_file(ByteView bytes) {
    const std::string_view text = as_text(bytes);
    if (text.substr(0, kVersionLine.size()) == kVersionLine) {
        return true;
    }
    const std::size_t begin = text.substr(0, codec::kArmorWhiteSpaceBytes).find_first_not_of(" \t\n\v\f\r");
    return begin != std::string_view::npos && text.substr(begin, codec::kArmorBegin.size()) == codec::kArmorBegin;
}

}  // namespace bestow::age
