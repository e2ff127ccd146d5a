#pragma once
/// How hard it is to guess what a declaration draws.

#include "policy/generate.hpp"

#include <optional>

namespace bestow::policy {

constexpr double kEnoughBits = 64;  ///< that a value takes to guess, unless it is declared weak

/// As a power of two; nullopt for kinds that are as strong as they are, or not drawn.
std::optional<double> strength_bits(const Generate& generate);

/// Only with `weak: true`.
bool can_be_guessed(const Generate& generate);

}  // namespace bestow::policy
