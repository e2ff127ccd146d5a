#pragma once
/// sops writes a comment in a list as an item, "- ENC[...,type:comment]", and an editor shows it as "# ...". This is
/// the way back for comments that did not change.

#include "sops/seal_document.hpp"

#include <optional>

namespace bestow::sops {

/// The text with the items in place of those comments, byte for byte as they were; nullopt when there is none, and when
/// a moved one would change what the document means. Precondition: the request has kept envelopes.
std::optional<std::string> with_list_comments(const document::Document& document, const SealRequest& request);

}  // namespace bestow::sops
