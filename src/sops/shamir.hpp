#pragma once
/// Shamir's secret sharing as sops does it, over GF(2^8) modulo x^8 + x^4 + x^3 + x + 1, each byte for itself: a share
/// is the values of the secret's polynomials at x, and one byte for x, from 1. Constant time in everything secret: no
/// tables, no branches.

#include "base/secret_bytes.hpp"

#include <vector>

namespace bestow::sops {

inline constexpr std::size_t kMostShares = 255;
inline constexpr std::size_t kFewestShares = 2;

/// Any `threshold` of these `shares` give the secret back, fewer tell nothing. Throws Error(Usage) unless
/// 2 <= threshold <= shares <= 255 and there is a secret.
std::vector<SecretBytes> split_secret(ByteView secret, std::size_t shares, std::size_t threshold);

/// From at least as many shares as the threshold was; fewer give a wrong secret, which nothing here can tell. Throws
/// Error(Format) for fewer than two, differing lengths, and the same or an impossible x.
SecretBytes combine_shares(const std::vector<SecretBytes>& shares);

}  // namespace bestow::sops
