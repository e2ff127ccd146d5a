#pragma once
/// The words of passphrases: 2,048 common English words of three to seven letters, none the beginning of another, so
/// that a passphrase reads in one way only, whatever stands between its words. Eleven bits each.

#include <array>
#include <string_view>

namespace bestow::generate {

inline constexpr std::size_t kWords = 2048;

const std::array<std::string_view, kWords>& word_list();

}  // namespace bestow::generate
