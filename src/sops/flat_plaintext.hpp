#pragma once
/// A dotenv or INI document in plain, made from values alone.

#include "sops/encrypted_file.hpp"

namespace bestow::sops {

/// In the order of the values, those of a section together. Throws Error(Usage) for a path or a type that the format
/// does not have, Error(Format) for a value that it cannot hold.
SecretBytes dotenv_plaintext(const std::vector<Value>& values);
SecretBytes ini_plaintext(const std::vector<Value>& values);

}  // namespace bestow::sops
