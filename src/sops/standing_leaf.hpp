#pragma once
/// Values as they stand in an encrypted document, one by one, for whoever compares many documents: what is needed to
/// recognise an envelope, and to open one without opening the whole document. The document's MAC is not looked at.

#include "sops/encrypted_file.hpp"
#include "sops/value_cipher.hpp"

#include <functional>

namespace bestow::sops {

/// One value that is neither null nor empty; valid during the visit.
struct StandingLeaf {
    KeyPath path;                           ///< empty in a binary document
    std::string_view additional;            ///< what binds the envelope to its place
    std::string_view envelope;              ///< empty for a value in the clear
    const document::Node* plain = nullptr;  ///< a value in the clear
};

/// All documents of the text, in order.
void visit_leaves(const EncryptedFile& file, const std::function<void(const StandingLeaf&)>& visit);

/// How many bytes an envelope's value has; nullopt for a malformed one.
std::optional<std::size_t> value_bytes(std::string_view envelope);

/// The value in sops's byte form; nullopt when the envelope is malformed or does not open.
std::optional<SecretBytes> open_leaf(const StandingLeaf& leaf, ValueCipher& cipher);
/// The same of a value in the clear.
std::optional<SecretBytes> plain_bytes(const StandingLeaf& leaf);

/// The values of a document that is not encrypted, as they would be encrypted: neither null nor empty. A binary one is
/// a single value. Throws Error(Format) with line and column.
std::vector<Value> plaintext_values(ByteView text, Format format);

}  // namespace bestow::sops
