#pragma once
/// Bytes from hexadecimal, for test vectors; white space is skipped.

#include "base/bytes.hpp"

#include <stdexcept>

namespace bestow::test {

inline Bytes from_hex(std::string_view text) {
    Bytes bytes;
    int high = -1;
    for (const char character : text) {
        if (character == ' ' || character == '\n') {
            continue;
        }
        const std::size_t value = std::string_view("0123456789abcdef").find(character);
        if (value == std::string_view::npos) {
            throw std::invalid_argument("not hexadecimal");
        }
        if (high < 0) {
            high = static_cast<int>(value);
        } else {
            bytes.push_back(static_cast<Byte>(high * 16 + static_cast<int>(value)));
            high = -1;
        }
    }
    return bytes;
}

}  // namespace bestow::test
