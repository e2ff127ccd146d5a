#pragma once
/// SOPS binds a value to its path, so an alias cannot share a ciphertext with its anchor: aliases are written out.

#include "document/node.hpp"

#include <optional>
#include <string>

namespace bestow::sops {

/// The text with every alias replaced by what it stands for, in flow style; nullopt when there is none. Merge keys stay
/// as "<<", with the mapping written out, as upstream has them.
std::optional<std::string> with_aliases_expanded(const document::Document& document);

}  // namespace bestow::sops
