#pragma once
/// Every value of a document decrypted once, in order, and the MAC over them verified.

#include "sops/state.hpp"
#include "sops/value_cipher.hpp"
#include "sops/walk.hpp"

namespace bestow::sops {

/// What a place holds in plain. Comments: `value` is the text behind '#'.
struct Opened {
    const Place& place;
    std::size_t root = 0;
    bool was_encrypted = false;
    TypedBytes value;
    std::string additional;  ///< what an encrypted one was bound to
};

/// Calls `take` for each value and comment of all documents. Throws Error(Format) or Error(Authentication), naming line
/// and key path; whatever was handed out before must be thrown away then. A comment that does not decrypt is handed
/// out as it stands, since upstream leaves plaintext comments of older files alone. Returns the MAC over the values.
SecretBytes open_document(const EncryptedFile::State& state, ByteView data_key,
                          const std::function<void(Opened)>& take);

/// The MAC of a document as it stands, without looking at the one in its metadata.
SecretBytes compute_mac(const EncryptedFile::State& state, ByteView data_key);

}  // namespace bestow::sops
