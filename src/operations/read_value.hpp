#pragma once
/// Reading one value with an operator's key.

#include "operations/working_files.hpp"

#include <optional>

namespace bestow::operations {

/// The value at an address: a scalar's bytes, a subtree as `as` says, a whole document's text, an age file's content.
/// Throws Error(NotFound), Error(NoIdentity), Error(Authentication) with file and key path.
SecretBytes read_value(OpenStore& store, const ValueAddress& address, std::optional<sops::Rendering> as);
/// The same from a file, wherever it lies.
SecretBytes read_value(const store::StoredFile& file, const document::KeyPath& key, std::optional<sops::Rendering> as,
                       const OperatorIdentities& identities);

}  // namespace bestow::operations
