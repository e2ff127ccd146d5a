#pragma once
/// One text a key, however it is written: an ssh-ed25519 key and the X25519 recipient made from it are the same one.

#include <string>

namespace bestow::operations {

/// What is no recipient comes back as it is.
std::string canonical_recipient(const std::string& recipient);

}  // namespace bestow::operations
