#pragma once
/// Comments of INI documents as sops keeps them: one a header or key, made of the lines above and what stands behind,
/// in one envelope; it drops what follows the first envelope.

#include "document/node.hpp"
#include "sops/selector.hpp"

#include <optional>
#include <string>

namespace bestow::sops {

/// Makes a comment of its own of every line that is an envelope, so that nothing around it is taken for a part of it.
void split_enveloped_comments(document::Document& document);

/// The text with comments that are to be encrypted moved into the lines above: from behind headers, and from behind
/// keys that have another comment to be encrypted above them. nullopt when there are none.
std::optional<std::string> with_one_comment_a_key(const document::Document& document, const Selector& selector);

}  // namespace bestow::sops
