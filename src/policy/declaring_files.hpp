#pragma once
/// Which files of a store its policy was read from.

#include "policy/policy.hpp"

#include <set>
#include <string>

namespace bestow::policy {

/// Every file that something is declared in; bestow.yaml itself only when something is. Texts of templates are none.
std::set<std::string> declaring_files(const Policy& policy);

}  // namespace bestow::policy
