#pragma once
/// What kind of value lies at an address, so that it is not replaced by another kind unawares.

#include "operations/working_files.hpp"

namespace bestow::operations {

/// Throws Error(Policy) when setting a value of this type would give the present one another type, or put a single
/// value in the place of a map or a list. Null, a whole document and what is not there may become anything.
void check_same_kind(WorkingFiles& files, const ValueAddress& address, sops::ValueType type);

}  // namespace bestow::operations
