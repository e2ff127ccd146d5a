#pragma once
/// The dates of `until:`, which order as texts do.

#include <string_view>

namespace bestow::policy {

/// "2027-03-01": a day that there is?
bool is_date(std::string_view text);

}  // namespace bestow::policy
