#pragma once
/// The `sops` mapping of a parsed document as Metadata.

#include "document/node.hpp"
#include "sops/metadata.hpp"

namespace bestow::sops {

/// Throws Error(Format) with line for what is malformed, Error(Policy) for more than one selector. Names are taken in
/// any case, unknown ones skipped, as upstream does.
Metadata parse_metadata(const document::Node& sops);

}  // namespace bestow::sops
