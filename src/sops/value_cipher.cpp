#include "sops/value_cipher.hpp"

#include "base/error.hpp"
#include "crypto/random.hpp"
#include "sops/byte_form.hpp"

#include <algorithm>
#include <utility>

namespace bestow::sops {
namespace {

constexpr std::size_t kIvBytes = 32;
constexpr std::size_t kIvsAtOnce = 64;

ByteView checked_key(ByteView data_key) {
    if (data_key.size() != kDataKeyBytes) {
        throw Error(ErrorKind::Format, "the data key does not have 32 bytes");
    }
    return data_key;
}

}  // namespace

ValueCipher::ValueCipher(ByteView data_key) : cipher_(checked_key(data_key)) {}

std::string ValueCipher::seal(EnvelopeType type, ByteView bytes, std::string_view additional) {
    Envelope envelope;
    envelope.type = type;
    envelope.iv = fresh_iv();
    crypto::Aes256Gcm::Sealed sealed = cipher_.seal(envelope.iv, additional, bytes);
    envelope.ciphertext = std::move(sealed.ciphertext);
    envelope.tag.assign(sealed.tag.begin(), sealed.tag.end());
    return emit_envelope(envelope);
}

Bytes ValueCipher::fresh_iv() {
    if (used_ == random_.size()) {
        random_.resize(kIvBytes * kIvsAtOnce);
        crypto::fill_random(random_);
        used_ = 0;
    }
    const auto begin = random_.begin() + static_cast<std::ptrdiff_t>(used_);
    used_ += kIvBytes;
    return Bytes(begin, begin + kIvBytes);
}

std::optional<TypedBytes> ValueCipher::open(const Envelope& envelope, std::string_view additional) {
    std::optional<SecretBytes> bytes = cipher_.open(envelope.iv, additional, envelope.ciphertext, envelope.tag);
    if (!bytes) {
        return std::nullopt;
    }
    return normalize(envelope.type, std::move(*bytes));
}

EnvelopeType envelope_type(ValueType type) {
    switch (type) {
        case ValueType::String:
            return EnvelopeType::String;
        case ValueType::Integer:
            return EnvelopeType::Integer;
        case ValueType::Float:
            return EnvelopeType::Float;
        case ValueType::Boolean:
            return EnvelopeType::Boolean;
        case ValueType::Timestamp:
            return EnvelopeType::Timestamp;
        default:
            require(false, "nulls and empty collections are not encrypted");
            return EnvelopeType::String;
    }
}

}  // namespace bestow::sops
