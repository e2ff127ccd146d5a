#include "sops/envelope.hpp"

#include "codec/base64.hpp"

#include <array>
#include <utility>

namespace bestow::sops {
namespace {

constexpr std::string_view kBegin = "ENC[AES256_GCM,data:";
constexpr std::array<std::pair<std::string_view, EnvelopeType>, 7> kTypes = {{
    {"str", EnvelopeType::String},
    {"int", EnvelopeType::Integer},
    {"float", EnvelopeType::Float},
    {"bool", EnvelopeType::Boolean},
    {"time", EnvelopeType::Timestamp},
    {"bytes", EnvelopeType::Bytes},
    {"comment", EnvelopeType::Comment},
}};

/// Takes everything before `mark`, and the mark; nullopt when it is not there or nothing is before it.
std::optional<std::string_view> take_until(std::string_view& rest, std::string_view mark) {
    const std::size_t end = rest.find(mark);
    if (end == std::string_view::npos || end == 0) {
        return std::nullopt;
    }
    const std::string_view taken = rest.substr(0, end);
    rest.remove_prefix(end + mark.size());
    return taken;
}

std::optional<Bytes> take_base64(std::string_view& rest, std::string_view mark) {
    const std::optional<std::string_view> text = take_until(rest, mark);
    return text ? codec::decode_base64(*text) : std::nullopt;
}

}  // namespace

bool looks_like_envelope(std::string_view text) {
    return text.substr(0, kBegin.size()) == kBegin;
}

std::optional<Envelope> parse_envelope(std::string_view text) {
    if (!looks_like_envelope(text)) {
        return std::nullopt;
    }
    text.remove_prefix(kBegin.size());
    std::optional<Bytes> ciphertext = take_base64(text, ",iv:");
    std::optional<Bytes> iv = ciphertext ? take_base64(text, ",tag:") : std::nullopt;
    std::optional<Bytes> tag = iv ? take_base64(text, ",type:") : std::nullopt;
    if (!tag || tag->size() != 16) {
        return std::nullopt;
    }
    for (const auto& [name, type] : kTypes) {
        if (text.size() == name.size() + 1 && text.substr(0, name.size()) == name && text.back() == ']') {
            return Envelope{std::move(*ciphertext), std::move(*iv), std::move(*tag), type};
        }
    }
    return std::nullopt;
}

bool is_comment_envelope(std::string_view text) {
    constexpr std::string_view end = ",type:comment]";
    return looks_like_envelope(text) && text.size() > end.size() && text.substr(text.size() - end.size()) == end;
}

std::string emit_envelope(const Envelope& envelope) {
    std::string text(kBegin);
    text += codec::encode_base64(envelope.ciphertext);
    text += ",iv:" + codec::encode_base64(envelope.iv);
    text += ",tag:" + codec::encode_base64(envelope.tag);
    text += ",type:";
    for (const auto& [name, type] : kTypes) {
        if (type == envelope.type) {
            text += name;
        }
    }
    return text + "]";
}

}  // namespace bestow::sops
