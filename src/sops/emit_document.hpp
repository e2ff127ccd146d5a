#pragma once
/// A whole decrypted document as sops writes it, in any format.

#include "sops/plain_tree.hpp"

namespace bestow::sops {

/// All documents in YAML, the first one in every other format; JSON ends with a line break, a binary document is the
/// bytes under its one key. Throws Error(Format) for what the format cannot say. Precondition: there is one.
SecretBytes emit_document(const std::vector<const PlainNode*>& roots, Format format, const Layout& layout);

}  // namespace bestow::sops
