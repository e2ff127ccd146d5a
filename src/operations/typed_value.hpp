#pragma once
/// Values as a person gives them, with `--type`, in the byte form that SOPS stores.

#include "sops/encrypted_file.hpp"

#include <string_view>

namespace bestow::operations {

/// "string", "int", "float", "bool", "null". Throws Error(Usage) with the nearest one.
sops::ValueType parse_value_type(std::string_view word);

/// A value without a path. Throws Error(Usage), which never shows the value: not a number of that kind, not true or
/// false, something where null is wanted.
sops::Value make_typed_value(SecretBytes text, sops::ValueType type);

}  // namespace bestow::operations
