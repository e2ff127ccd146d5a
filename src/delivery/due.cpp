#include "delivery/due.hpp"

#include "base/format.hpp"
#include "document/scalar.hpp"

#include <algorithm>

namespace bestow::delivery {
namespace {

bool holds(const OpenedDocument& opened, const document::KeyPath& key) {
    return std::any_of(opened.values.begin(), opened.values.end(), [&](const sops::Value& value) {
        return value.path.size() >= key.size() && std::equal(key.begin(), key.end(), value.path.begin());
    });
}

/// Bound to the document by its MAC, which was verified.
std::optional<std::int64_t> last_modified(const ManifestSecret& secret, const OpenedFiles& files) {
    const auto found = files.find(secret.file);
    const auto* const opened = found == files.end() ? nullptr : std::get_if<OpenedDocument>(&found->second);
    if (opened == nullptr || !holds(*opened, secret.key)) {
        return std::nullopt;
    }
    return document::timestamp_seconds(opened->document.metadata().last_modified);
}

}  // namespace

DueDate due_date(std::int64_t changed_at, std::uint64_t rotate_after_seconds, std::int64_t now) {
    const std::int64_t age_seconds = std::max<std::int64_t>(now - changed_at, 0);
    return {age_seconds, static_cast<std::int64_t>(rotate_after_seconds) - age_seconds};
}

std::vector<AgingValue> aging_values(const Manifest& manifest, const OpenedFiles& files) {
    std::vector<AgingValue> values;
    for (const ManifestSecret& secret : manifest.secrets) {
        if (!secret.rotation) {
            continue;
        }
        std::optional<std::int64_t> changed_at = document::timestamp_seconds(secret.rotation->changed);
        if (const auto modified = last_modified(secret, files)) {
            changed_at = std::min(changed_at.value_or(*modified), *modified);
        }
        values.push_back({secret.name, secret.rotation->after_seconds, changed_at});
    }
    return values;
}

std::string duration_text(std::int64_t seconds) {
    constexpr std::int64_t kMinute = 60;
    constexpr std::int64_t kHour = 60 * kMinute;
    const auto counted = [](std::int64_t count, std::string_view unit) {
        return format("{} {}{}", count, unit, count == 1 ? "" : "s");
    };
    return seconds >= 2 * kDaySeconds || seconds == kDaySeconds ? counted(seconds / kDaySeconds, "day")
           : seconds >= kHour                                   ? counted(seconds / kHour, "hour")
           : seconds >= kMinute                                 ? counted(seconds / kMinute, "minute")
                                                                : counted(seconds, "second");
}

}  // namespace bestow::delivery
