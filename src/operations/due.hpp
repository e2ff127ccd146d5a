#pragma once
/// Values that are to be changed by now: `rotate_after` against how old a value is at least.

#include "policy/access.hpp"
#include "sops/encrypted_file.hpp"

#include <cstdint>
#include <optional>

namespace bestow::operations {

constexpr std::int64_t kDaySeconds = std::int64_t{24} * 60 * 60;
/// What is due within this time is foretold.
constexpr std::int64_t kForetoldSeconds = 14 * kDaySeconds;

struct DueDate {
    std::int64_t age_seconds = 0;   ///< at least: since anything in the value's document last changed
    std::int64_t left_seconds = 0;  ///< until it is due; negative: it has been for that long
};

/// nullopt for a secret without `rotate_after`, and for a document that does not say when it changed.
std::optional<DueDate> due_date(const policy::Secret& secret, const sops::EncryptedFile& document, std::int64_t now);

}  // namespace bestow::operations
