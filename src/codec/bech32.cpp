#include "codec/bech32.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <array>

namespace bestow::codec {
namespace {

constexpr std::string_view kAlphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::size_t kChecksumDigits = 6;

char to_lower(char character) {
    return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a') : character;
}

bool has_lower(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

bool has_upper(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

/// The BCH checksum of BIP 173, fed one five-bit value at a time.
class Checksum {
  public:
    /// `human_part` counts as if it were lower case.
    explicit Checksum(std::string_view human_part) {
        for (const char character : human_part) {
            add(static_cast<Byte>(to_lower(character)) >> 5U);
        }
        add(0);
        for (const char character : human_part) {
            add(static_cast<Byte>(to_lower(character)) & 31U);
        }
    }

    void add(unsigned value) {
        constexpr std::array<std::uint32_t, 5> generator = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
        const std::uint32_t top = state_ >> 25U;
        state_ = ((state_ & 0x1ffffffU) << 5U) ^ value;
        for (unsigned bit = 0; bit < generator.size(); ++bit) {
            state_ ^= ((top >> bit) & 1U) != 0 ? generator.at(bit) : 0U;
        }
    }

    [[nodiscard]] bool valid() const { return state_ == 1; }

    /// The six digits that make what was added so far valid.
    std::array<Byte, kChecksumDigits> finish() {
        for (std::size_t count = 0; count < kChecksumDigits; ++count) {
            add(0);
        }
        state_ ^= 1U;
        std::array<Byte, kChecksumDigits> digits{};
        for (std::size_t index = 0; index < kChecksumDigits; ++index) {
            digits.at(index) = static_cast<Byte>((state_ >> (5 * (kChecksumDigits - 1 - index))) & 31U);
        }
        return digits;
    }

  private:
    std::uint32_t state_ = 1;
};

std::size_t encoded_size(std::string_view human_part, ByteView bytes) {
    return human_part.size() + 1 + (bytes.size() * 8 + 4) / 5 + kChecksumDigits;
}

void encode_into(std::string_view human_part, ByteView bytes, ByteSpan out) {
    require(!human_part.empty() && !has_upper(human_part), "a lower case human part");
    std::size_t at = human_part.size();
    std::copy(human_part.begin(), human_part.end(), out.begin());
    out[at++] = '1';
    Checksum checksum(human_part);
    const auto put = [&](unsigned value) {
        checksum.add(value);
        out[at++] = static_cast<Byte>(kAlphabet[value]);
    };
    unsigned group = 0;
    unsigned bits = 0;
    for (const Byte byte : bytes) {
        group = ((group << 8U) | byte) & 0xfffU;
        for (bits += 8; bits >= 5;) {
            bits -= 5;
            put((group >> bits) & 31U);
        }
    }
    if (bits > 0) {
        put((group << (5 - bits)) & 31U);
    }
    for (const Byte digit : checksum.finish()) {
        out[at++] = static_cast<Byte>(kAlphabet[digit]);
    }
}

bool is_printable(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= 33 && c <= 126; });
}

/// Five-bit digits to bytes; nullopt for a foreign digit, a bad checksum, or padding that is too long or not zero.
std::optional<SecretBytes> decode_digits(std::string_view digits, Checksum checksum) {
    SecretBytes bytes((digits.size() - kChecksumDigits) * 5 / 8);
    unsigned group = 0;
    unsigned bits = 0;
    std::size_t at = 0;
    for (std::size_t index = 0; index < digits.size(); ++index) {
        const std::size_t value = kAlphabet.find(to_lower(digits[index]));
        if (value == std::string_view::npos) {
            return std::nullopt;
        }
        checksum.add(static_cast<unsigned>(value));
        if (index >= digits.size() - kChecksumDigits) {
            continue;
        }
        group = ((group << 5U) | static_cast<unsigned>(value)) & 0xfffU;
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            bytes.writable()[at++] = static_cast<Byte>((group >> bits) & 0xffU);
        }
    }
    const bool padding_is_zero = bits < 5 && (group & ((1U << bits) - 1U)) == 0;
    if (!checksum.valid() || !padding_is_zero) {
        return std::nullopt;
    }
    return bytes;
}

}  // namespace

std::string encode_bech32(std::string_view human_part, ByteView bytes) {
    std::string text(encoded_size(human_part, bytes), '\0');
    encode_into(human_part, bytes, {reinterpret_cast<Byte*>(text.data()), text.size()});
    return text;
}

SecretBytes encode_bech32_secret(std::string_view human_part, ByteView bytes) {
    SecretBytes text(encoded_size(human_part, bytes));
    encode_into(human_part, bytes, text.writable());
    return text;
}

std::optional<Bech32> decode_bech32(std::string_view text) {
    if ((has_lower(text) && has_upper(text)) || !is_printable(text)) {
        return std::nullopt;
    }
    const std::size_t separator = text.rfind('1');
    if (separator == std::string_view::npos || separator == 0 || text.size() - separator - 1 < kChecksumDigits) {
        return std::nullopt;
    }
    const std::string_view human_part = text.substr(0, separator);
    auto bytes = decode_digits(text.substr(separator + 1), Checksum(human_part));
    if (!bytes) {
        return std::nullopt;
    }
    return Bech32{std::string(human_part), *std::move(bytes)};
}

}  // namespace bestow::codec
