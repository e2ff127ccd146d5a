#pragma once
/// How old values are at least, asked of git's history: never on a host.

#include "delivery/due.hpp"
#include "history/value_ages.hpp"
#include "policy/access.hpp"
#include "sops/encrypted_file.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <optional>

namespace bestow::operations {

/// Asks git's history when values changed, once, if any secret asks for it; where there is none, or it does not have a
/// value, the document's lastmodified has to do. Either is no earlier than the change.
class DueDates {
  public:
    explicit DueDates(const store::Store& store) : store_(store) {}

    /// nullopt for a secret without `rotate_after`, and for a document that does not say when it changed.
    std::optional<std::int64_t> changed_at(const policy::SecretSource& source, const sops::EncryptedFile& document);
    std::optional<delivery::DueDate> of(const policy::SecretSource& source, const sops::EncryptedFile& document);

  private:
    const store::Store& store_;
    std::optional<history::ValueAges> ages_;
    bool asked_ = false;
};

}  // namespace bestow::operations
