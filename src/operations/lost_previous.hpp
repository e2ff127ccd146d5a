#pragma once
/// Rotating twice before a commit: what hosts still run on is then neither the value nor the one that is kept.

#include "operations/rotate.hpp"

#include <string>
#include <vector>

namespace bestow::operations {

/// A warning for each value that a rotation would keep as the previous one although git's HEAD has another value in its
/// place. Told from ciphertext; none where git or its HEAD does not know the file.
std::vector<std::string> warn_of_lost_previous(const OpenStore& store, const RotationPlan& plan);

}  // namespace bestow::operations
