#include "policy/duration.hpp"

#include <algorithm>
#include <string>

namespace bestow::policy {

std::optional<std::uint64_t> read_number(std::string_view text) {
    const bool digits = !text.empty() && text.size() <= 9 &&
                        std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    return digits ? std::optional(std::uint64_t{std::stoul(std::string(text))}) : std::nullopt;
}

std::optional<std::uint64_t> read_duration(std::string_view text) {
    if (text == "0") {
        return 0;
    }
    if (text.empty()) {
        return std::nullopt;
    }
    const std::string_view units = "smhdw";
    constexpr std::uint64_t seconds[] = {1, 60, 3600, 86400, 604800};
    const std::size_t unit = units.find(text.back());
    const std::optional<std::uint64_t> count = read_number(text.substr(0, text.size() - 1));
    if (unit == std::string_view::npos || !count) {
        return std::nullopt;
    }
    return *count * seconds[unit];
}

}  // namespace bestow::policy
