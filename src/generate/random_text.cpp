#include "generate/random_text.hpp"

#include "base/error.hpp"
#include "codec/base64.hpp"
#include "generate/words.hpp"

#include <array>

namespace bestow::generate {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

SecretBytes random_bytes(const RandomSource& random, std::size_t size_bytes) {
    SecretBytes bytes(size_bytes);
    random(bytes.writable());
    return bytes;
}

SecretBytes hex_of(ByteView bytes) {
    SecretBytes text(2 * bytes.size());
    for (std::size_t index = 0; index < bytes.size(); ++index) {
        text.writable()[2 * index] = static_cast<Byte>(kHexDigits[bytes[index] >> 4]);
        text.writable()[2 * index + 1] = static_cast<Byte>(kHexDigits[bytes[index] & 15]);
    }
    return text;
}

}  // namespace

std::size_t random_below(const RandomSource& random, std::size_t count) {
    constexpr std::size_t values = 65'536;
    require(count >= 1 && count <= values, "a count that two bytes can tell apart");
    const std::size_t fair = values - values % count;
    SecretBytes bytes(2);
    for (;;) {
        random(bytes.writable());
        const std::size_t number = std::size_t{bytes.view()[0]} << 8 | bytes.view()[1];
        if (number < fair) {
            return number % count;
        }
    }
}

SecretBytes random_text(const RandomSource& random, std::string_view alphabet, std::size_t length) {
    SecretBytes text(length);
    for (Byte& character : text.writable()) {
        character = static_cast<Byte>(alphabet[random_below(random, alphabet.size())]);
    }
    return text;
}

SecretBytes random_passphrase(const RandomSource& random, std::size_t words, std::string_view separator) {
    SecretBuilder text;
    for (std::size_t count = 0; count < words; ++count) {
        if (count > 0) {
            text.append(separator);
        }
        text.append(word_list()[random_below(random, word_list().size())]);
    }
    return text.finish();
}

SecretBytes random_hex(const RandomSource& random, std::size_t size_bytes) {
    return hex_of(random_bytes(random, size_bytes).view());
}

SecretBytes random_base64(const RandomSource& random, std::size_t size_bytes) {
    return codec::encode_base64_secret(random_bytes(random, size_bytes).view());
}

SecretBytes random_uuid(const RandomSource& random) {
    SecretBytes bytes = random_bytes(random, 16);
    bytes.writable()[6] = static_cast<Byte>((bytes.view()[6] & 0x0f) | 0x40);
    bytes.writable()[8] = static_cast<Byte>((bytes.view()[8] & 0x3f) | 0x80);
    const SecretBytes digits = hex_of(bytes.view());
    SecretBuilder text;
    std::size_t at = 0;
    for (const std::size_t length : {8U, 4U, 4U, 4U, 12U}) {
        text.append(at == 0 ? "" : "-");
        text.append(digits.view().subspan(at, length));
        at += length;
    }
    return text.finish();
}

}  // namespace bestow::generate
