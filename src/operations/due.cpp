#include "operations/due.hpp"

#include "document/scalar.hpp"

#include <algorithm>

namespace bestow::operations {

std::optional<DueDate> due_date(const policy::Secret& secret, const sops::EncryptedFile& document, std::int64_t now) {
    const std::optional<std::int64_t> changed = document::timestamp_seconds(document.metadata().last_modified);
    if (!secret.rotate_after_seconds || !changed) {
        return std::nullopt;
    }
    const std::int64_t age_seconds = std::max<std::int64_t>(now - *changed, 0);
    return DueDate{age_seconds, static_cast<std::int64_t>(*secret.rotate_after_seconds) - age_seconds};
}

}  // namespace bestow::operations
