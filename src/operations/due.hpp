#pragma once
/// Values that are to be changed by now: `rotate_after` against how old a value is at least.

#include "history/value_ages.hpp"
#include "policy/access.hpp"
#include "sops/encrypted_file.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <optional>

namespace bestow::operations {

constexpr std::int64_t kDaySeconds = std::int64_t{24} * 60 * 60;
/// What is due within this time is foretold.
constexpr std::int64_t kForetoldSeconds = 14 * kDaySeconds;

struct DueDate {
    std::int64_t age_seconds = 0;   ///< at least
    std::int64_t left_seconds = 0;  ///< until it is due; negative: it has been for that long
};

/// Asks git's history when values changed, once, if any secret asks for it; where there is none, or it does not have a
/// value, the document's lastmodified has to do. Either is no earlier than the change.
class DueDates {
  public:
    explicit DueDates(const store::Store& store) : store_(store) {}

    /// nullopt for a secret without `rotate_after`, and for a document that does not say when it changed.
    std::optional<DueDate> of(const policy::SecretSource& source, const sops::EncryptedFile& document);

  private:
    const store::Store& store_;
    std::optional<history::ValueAges> ages_;
    bool asked_ = false;
};

}  // namespace bestow::operations
