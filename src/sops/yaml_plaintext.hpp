#pragma once
/// A YAML document in plain: envelopes and encrypted comments replaced in place, the `sops` blocks removed.

#include "sops/state.hpp"

namespace bestow::sops {

/// Verifies everything first; throws like open_document.
SecretBytes yaml_plaintext(const EncryptedFile::State& state, ByteView data_key);

/// The bytes of a root's `sops` member: whole lines in block style, with a comma in flow style.
document::Span metadata_span(const document::Document& document, const document::Node& root);

}  // namespace bestow::sops
