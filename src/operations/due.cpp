#include "operations/due.hpp"

#include "document/scalar.hpp"

#include <algorithm>

namespace bestow::operations {

std::optional<DueDate> DueDates::of(const policy::SecretSource& source, const sops::EncryptedFile& document) {
    std::optional<std::int64_t> changed = document::timestamp_seconds(document.metadata().last_modified);
    if (!source.secret->rotate_after_seconds || !changed) {
        return std::nullopt;
    }
    if (!asked_) {
        ages_ = history::try_value_ages(store_);
        asked_ = true;
    }
    const std::optional<std::string> committed =
        ages_ ? ages_->changed_at(source.file, document::to_text(source.key)) : std::nullopt;
    if (const auto seconds = committed ? document::timestamp_seconds(*committed) : std::nullopt) {
        changed = std::min(*changed, *seconds);
    }
    const std::int64_t age_seconds = std::max<std::int64_t>(store_.system().now() - *changed, 0);
    return DueDate{age_seconds, static_cast<std::int64_t>(*source.secret->rotate_after_seconds) - age_seconds};
}

}  // namespace bestow::operations
