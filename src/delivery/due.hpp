#pragma once
/// Values that are to be changed by now: `rotate_after` against how old a value is at least. Pure.

#include "delivery/contents.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bestow::delivery {

constexpr std::int64_t kDaySeconds = std::int64_t{24} * 60 * 60;
/// What is due within this time is foretold.
constexpr std::int64_t kForetoldSeconds = 14 * kDaySeconds;

struct DueDate {
    std::int64_t age_seconds = 0;   ///< at least
    std::int64_t left_seconds = 0;  ///< until it is due; negative: it has been for that long

    [[nodiscard]] bool is_due() const { return left_seconds < 0; }
    [[nodiscard]] bool is_foretold() const { return !is_due() && left_seconds <= kForetoldSeconds; }
};

/// `changed_at`: when the value came, at the latest.
DueDate due_date(std::int64_t changed_at, std::uint64_t rotate_after_seconds, std::int64_t now);

/// A value of a host's that `rotate_after` is said of.
struct AgingValue {
    std::string secret;
    std::uint64_t rotate_after_seconds = 0;
    std::optional<std::int64_t> changed_at;  ///< at the latest; nullopt: nothing here tells
};

/// What the manifest knows of each, and where its document was opened and holds it, that document's lastmodified:
/// whichever is earlier.
std::vector<AgingValue> aging_values(const Manifest& manifest, const OpenedFiles& files);

/// In days, unless it is little more than one, or less.
std::string duration_text(std::int64_t seconds);

}  // namespace bestow::delivery
