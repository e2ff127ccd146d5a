#pragma once
/// What can be proved of one wrapped data key without a private key: that it is for the recipient that it names, and
/// for nobody besides.

#include "sops/metadata.hpp"

#include <optional>
#include <string>

namespace bestow::operations {

/// What is wrong with an entry; nullopt when nothing can be seen. An X25519 stanza does not tell whose it is; an SSH
/// stanza does, by its tag.
std::optional<std::string> entry_problem(const sops::AgeEntry& entry);

}  // namespace bestow::operations
