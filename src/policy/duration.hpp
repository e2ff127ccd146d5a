#pragma once
/// Numbers and spans of time as bestow.yaml writes them.

#include <cstdint>
#include <optional>
#include <string_view>

namespace bestow::policy {

/// Up to nine digits; nullopt for anything else.
std::optional<std::uint64_t> read_number(std::string_view text);

/// "30d", "12h", "90m", "30s", "2w", "0"; seconds. nullopt for anything else.
std::optional<std::uint64_t> read_duration(std::string_view text);

}  // namespace bestow::policy
