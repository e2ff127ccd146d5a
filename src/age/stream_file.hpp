#pragma once
/// Whole age files as streams, in constant memory. Plaintext is given chunk by chunk, each only once it is
/// authenticated; a file that fails later has then been given in part, as age does: the caller's sink must be able to
/// take that back.

#include "age/age.hpp"
#include "base/byte_stream.hpp"

namespace bestow::age {

/// Throws Error(Usage) for no recipients or a passphrase in company.
void encrypt_stream(Source& plaintext, Sink& file, const Recipients& recipients, bool armor);

/// False when no identity opens it; nothing has been written then. Input may be armored. Throws Error(Format) and
/// Error(Authentication).
bool decrypt_stream(Source& file, Sink& plaintext, const Identities& identities);

/// What can be said of a file without a key.
struct FileSummary {
    bool armored = false;
    std::vector<Stanza> stanzas;
    std::uint64_t armor_bytes = 0;  ///< beyond the bytes inside the armor; 0 without armor
    std::uint64_t header_bytes = 0;
    std::uint64_t payload_bytes = 0;  ///< nonce, ciphertext and tags
};
/// Reads the file to its end. Throws Error(Format) when its header or armor is malformed or its payload cannot be
/// whole.
FileSummary inspect_stream(Source& file);

/// How many bytes of plaintext a payload of that size holds; nullopt when no payload has that size.
std::optional<std::uint64_t> plaintext_bytes(std::uint64_t payload_bytes);

}  // namespace bestow::age
