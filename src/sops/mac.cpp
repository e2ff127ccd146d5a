#include "sops/mac.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "document/scalar.hpp"

#include <algorithm>

namespace bestow::sops {
namespace {

constexpr const char* kMergeHint =
    "if two branches changed the file and git merged them: take one side (git checkout --ours FILE, or --theirs) and "
    "make the other side's change again";

/// The time as sops writes it again before it uses it: RFC 3339 in seconds.
std::string time_in_seconds(std::string_view last_modified) {
    std::optional<std::string> time = document::normalize_timestamp(last_modified);
    if (!time || last_modified.find_first_of("Tt") == std::string_view::npos) {
        throw Error(ErrorKind::Format, "sops.lastmodified is not an RFC 3339 time");
    }
    if (const std::size_t point = time->find('.'); point != std::string::npos) {
        time->erase(point, time->find_first_of("Z+-", point) - point);
    }
    return *time;
}

}  // namespace

Mac::Mac(bool only_encrypted) {
    if (only_encrypted) {
        const crypto::Sha256Digest begin = crypto::sha256(as_bytes("sops"));
        hash_.update(ByteView(begin));
    }
}

SecretBytes Mac::finish() {
    const crypto::Sha512Digest digest = hash_.finish();
    std::string text = to_hex(digest);
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
    return SecretBytes::copy_of(text);
}

std::string seal_mac(ValueCipher& cipher, ByteView mac, std::string_view last_modified) {
    return cipher.seal(EnvelopeType::String, mac, time_in_seconds(last_modified));
}

void check_mac(ValueCipher& cipher, const Metadata& metadata, ByteView mac) {
    if (metadata.mac.empty()) {
        throw Error(ErrorKind::Authentication, "sops.mac is missing, so nothing proves that the document is whole");
    }
    const std::optional<Envelope> envelope = parse_envelope(metadata.mac);
    if (!envelope || envelope->type != EnvelopeType::String) {
        throw Error(ErrorKind::Format, "sops.mac is malformed");
    }
    const std::optional<TypedBytes> expected = cipher.open(*envelope, time_in_seconds(metadata.last_modified));
    if (!expected) {
        throw Error(ErrorKind::Authentication,
                    "sops.mac does not decrypt: it, or sops.lastmodified, was altered, or two edits were merged",
                    kMergeHint);
    }
    if (!equal_constant_time(expected->bytes.view(), mac)) {
        throw Error(ErrorKind::Authentication,
                    "the MAC does not match: a value was added, removed, moved or altered without the data key",
                    kMergeHint);
    }
}

}  // namespace bestow::sops
