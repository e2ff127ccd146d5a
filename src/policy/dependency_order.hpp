#pragma once
/// What is made before what.

#include "policy/access.hpp"

namespace bestow::policy {

/// Every source whose secret has `generate:`, each after those that it is made from, else in order of declaration.
/// Precondition: a policy without circles, as the parser leaves it.
std::vector<const SecretSource*> in_dependency_order(const std::vector<SecretSource>& sources);

/// The source of what a value is made from: the same variant, or the only one. nullptr when there is none.
const SecretSource* input_source(const std::vector<SecretSource>& sources, std::string_view input,
                                 const std::string& variant);

}  // namespace bestow::policy
