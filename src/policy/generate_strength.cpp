#include "policy/generate_strength.hpp"

#include <cmath>

namespace bestow::policy {
namespace {

constexpr double kBitsOfWord = 11;  // of a list of 2,048 words
constexpr double kBitsOfByte = 8;

}  // namespace

std::optional<double> strength_bits(const Generate& generate) {
    switch (generate.kind) {
        case GenerateKind::Text:
            return static_cast<double>(generate.length) * std::log2(static_cast<double>(generate.alphabet.size()));
        case GenerateKind::Passphrase:
            return static_cast<double>(generate.words) * kBitsOfWord;
        case GenerateKind::Hex:
        case GenerateKind::Base64:
            return static_cast<double>(generate.size_bytes) * kBitsOfByte;
        default:
            return std::nullopt;
    }
}

bool can_be_guessed(const Generate& generate) {
    const std::optional<double> bits = strength_bits(generate);
    return bits && *bits < kEnoughBits;
}

}  // namespace bestow::policy
