#include "operations/due.hpp"

#include "document/scalar.hpp"

#include <algorithm>

namespace bestow::operations {

std::optional<std::int64_t> DueDates::changed_at(const policy::SecretSource& source,
                                                 const sops::EncryptedFile& document) {
    const std::optional<std::int64_t> modified = document::timestamp_seconds(document.metadata().last_modified);
    if (!source.secret->rotate_after_seconds || !modified) {
        return std::nullopt;
    }
    if (!asked_) {
        ages_ = history::try_value_ages(store_);
        asked_ = true;
    }
    const std::optional<std::string> committed =
        ages_ ? ages_->changed_at(source.file, document::to_text(source.key)) : std::nullopt;
    const std::optional<std::int64_t> seconds = committed ? document::timestamp_seconds(*committed) : std::nullopt;
    return std::min(*modified, seconds.value_or(*modified));
}

std::optional<delivery::DueDate> DueDates::of(const policy::SecretSource& source, const sops::EncryptedFile& document) {
    const std::optional<std::int64_t> changed = changed_at(source, document);
    return changed ? std::optional(
                         delivery::due_date(*changed, *source.secret->rotate_after_seconds, store_.system().now()))
                   : std::nullopt;
}

}  // namespace bestow::operations
