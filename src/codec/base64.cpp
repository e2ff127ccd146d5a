#include "codec/base64.hpp"

#include "base/error.hpp"

#include <array>

namespace bestow::codec {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr Byte kInvalid = 0xff;

constexpr std::array<Byte, 256> make_values() {
    std::array<Byte, 256> values{};
    values.fill(kInvalid);
    for (std::size_t index = 0; index < kAlphabet.size(); ++index) {
        values[static_cast<Byte>(kAlphabet[index])] = static_cast<Byte>(index);
    }
    return values;
}
constexpr std::array<Byte, 256> kValues = make_values();

std::size_t encoded_size(std::size_t size_bytes, Padding padding) {
    constexpr std::array<std::size_t, 3> tail = {0, 2, 3};
    return size_bytes / 3 * 4 +
           (padding == Padding::Required ? (size_bytes % 3 != 0 ? 4 : 0) : tail.at(size_bytes % 3));
}

Byte digit(std::uint32_t group, unsigned shift) {
    return static_cast<Byte>(kAlphabet[(group >> shift) & 63U]);
}

/// Precondition: `out` has encoded_size() bytes.
void encode_into(ByteView bytes, ByteSpan out) {
    std::size_t at = 0;
    std::size_t index = 0;
    for (; index + 3 <= bytes.size(); index += 3) {
        const std::uint32_t group = (std::uint32_t{bytes[index]} << 16U) | (std::uint32_t{bytes[index + 1]} << 8U) |
                                    std::uint32_t{bytes[index + 2]};
        out[at++] = digit(group, 18);
        out[at++] = digit(group, 12);
        out[at++] = digit(group, 6);
        out[at++] = digit(group, 0);
    }
    const std::size_t left = bytes.size() - index;
    if (left > 0) {
        const std::uint32_t group =
            (std::uint32_t{bytes[index]} << 16U) | (left == 2 ? std::uint32_t{bytes[index + 1]} << 8U : 0U);
        out[at++] = digit(group, 18);
        out[at++] = digit(group, 12);
        if (left == 2) {
            out[at++] = digit(group, 6);
        }
    }
    while (at < out.size()) {
        out[at++] = '=';
    }
}

/// The text without its padding, or nullopt when padding is not as asked or the length is impossible.
std::optional<std::string_view> without_padding(std::string_view text, Padding padding) {
    if (padding == Padding::Required) {
        if (text.size() % 4 != 0) {
            return std::nullopt;
        }
        for (int times = 0; times < 2 && !text.empty() && text.back() == '='; ++times) {
            text.remove_suffix(1);
        }
    }
    return text.size() % 4 == 1 ? std::nullopt : std::optional(text);
}

Byte value_of(char character) {
    return kValues[static_cast<Byte>(character)];
}

/// `text` is unpadded. False for a foreign character or spare bits that are not zero.
bool decode_into(std::string_view text, ByteSpan out) {
    unsigned invalid = 0;
    std::uint32_t group = 0;
    std::size_t at = 0;
    std::size_t index = 0;
    for (; index + 4 <= text.size(); index += 4) {
        group = 0;
        for (std::size_t next = index; next < index + 4; ++next) {
            const Byte value = value_of(text[next]);
            invalid |= value & 0xc0U;
            group = (group << 6U) | (value & 63U);
        }
        out[at++] = static_cast<Byte>(group >> 16U);
        out[at++] = static_cast<Byte>((group >> 8U) & 0xffU);
        out[at++] = static_cast<Byte>(group & 0xffU);
    }
    group = 0;
    unsigned bits = 0;
    for (; index < text.size(); ++index) {
        const Byte value = value_of(text[index]);
        invalid |= value & 0xc0U;
        group = (group << 6U) | (value & 63U);
        bits += 6;
    }
    for (; bits >= 8; bits -= 8) {
        out[at++] = static_cast<Byte>((group >> (bits - 8)) & 0xffU);
    }
    const std::uint32_t spare = group & ((1U << bits) - 1U);
    return invalid == 0 && spare == 0;
}

}  // namespace

std::string encode_base64(ByteView bytes, Padding padding) {
    std::string text;
    append_base64(text, bytes, padding);
    return text;
}

void append_base64(std::string& text, ByteView bytes, Padding padding) {
    const std::size_t at = text.size();
    text.resize(at + encoded_size(bytes.size(), padding));
    encode_into(bytes, ByteSpan(reinterpret_cast<Byte*>(text.data()), text.size()).subspan(at));
}

SecretBytes encode_base64_secret(ByteView bytes, Padding padding) {
    SecretBytes text(encoded_size(bytes.size(), padding));
    encode_into(bytes, text.writable());
    return text;
}

std::optional<Bytes> decode_base64(std::string_view text, Padding padding) {
    const auto digits = without_padding(text, padding);
    if (!digits) {
        return std::nullopt;
    }
    Bytes bytes(digits->size() * 6 / 8);
    return decode_into(*digits, bytes) ? std::optional(std::move(bytes)) : std::nullopt;
}

std::optional<std::size_t> decode_base64_into(std::string_view text, ByteSpan out, Padding padding) {
    const auto digits = without_padding(text, padding);
    if (!digits) {
        return std::nullopt;
    }
    const std::size_t size_bytes = digits->size() * 6 / 8;
    require(out.size() >= size_bytes, "room for what base64 holds");
    return decode_into(*digits, out.first(size_bytes)) ? std::optional(size_bytes) : std::nullopt;
}

std::optional<SecretBytes> decode_base64_secret(std::string_view text, Padding padding) {
    const auto digits = without_padding(text, padding);
    if (!digits) {
        return std::nullopt;
    }
    SecretBytes bytes(digits->size() * 6 / 8);
    if (!decode_into(*digits, bytes.writable())) {
        return std::nullopt;
    }
    return bytes;
}

}  // namespace bestow::codec
