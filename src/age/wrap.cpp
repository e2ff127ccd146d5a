#include "age/wrap.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "codec/base64.hpp"
#include "crypto/aead.hpp"
#include "crypto/hash.hpp"

namespace bestow::age {

Bytes seal_file_key(ByteView wrap_key, ByteView file_key) {
    require(file_key.size() == kFileKeyBytes, "a file key of 16 bytes");
    Bytes sealed(kWrappedFileKeyBytes);
    crypto::ChaCha20Poly1305(wrap_key).seal({}, file_key, sealed);
    return sealed;
}

std::optional<SecretBytes> open_file_key(ByteView wrap_key, const Stanza& stanza) {
    if (stanza.body.size() != kWrappedFileKeyBytes) {
        throw malformed_stanza(stanza, "its body is not 32 bytes");
    }
    SecretBytes file_key(kFileKeyBytes);
    if (!crypto::ChaCha20Poly1305(wrap_key).open({}, stanza.body, file_key.writable())) {
        return std::nullopt;
    }
    return file_key;
}

Error malformed_stanza(const Stanza& stanza, std::string_view what) {
    return {ErrorKind::Format, format("malformed {} stanza: {}", quoted(stanza.type), what)};
}

Bytes decode_argument(const Stanza& stanza, std::size_t index, std::size_t size_bytes) {
    auto bytes = codec::decode_base64(stanza.arguments.at(index), codec::Padding::Forbidden);
    if (!bytes || bytes->size() != size_bytes) {
        throw malformed_stanza(stanza,
                               format("argument {} is not {} bytes of canonical base64", index + 1, size_bytes));
    }
    return *std::move(bytes);
}

void expect_arguments(const Stanza& stanza, std::size_t count) {
    if (stanza.arguments.size() != count) {
        throw malformed_stanza(stanza, format("it has {} arguments and not {}", stanza.arguments.size(), count));
    }
}

SecretBytes derive_from_private_key(ByteView private_key, std::string_view label) {
    return crypto::hkdf_sha256(private_key, {}, format("bestow/v1/derive-key/{}", label), 32);
}

}  // namespace bestow::age
