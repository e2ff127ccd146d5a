#pragma once
/// The plaintext of a document that is made from values alone.

#include "sops/encrypted_file.hpp"

#include <string>
#include <vector>

namespace bestow::operations {

/// In the format that the file's name says. Throws Error(Usage) for several values where the file is one as a whole.
SecretBytes plaintext_of(const std::string& file, const std::vector<sops::Value>& values);

}  // namespace bestow::operations
