#pragma once
/// What lies in a store under an encrypted file's name, read without a key; and who can read it against who should.

#include "policy/access.hpp"
#include "sops/encrypted_file.hpp"

#include <optional>
#include <string>
#include <vector>

namespace bestow::store {

struct StoredFile {
    enum class Kind {
        Missing,
        Sops,
        Age,        ///< readable and deliverable, not editable; its readers cannot be proved without a key
        Plaintext,  ///< where ciphertext was expected
    };
    std::string name;
    Kind kind = Kind::Missing;
    std::string text;                             ///< the file's bytes, for Age; a SOPS document keeps its own text
    std::optional<sops::EncryptedFile> document;  ///< for Sops
};

/// Tells the kinds apart and parses. Throws Error(Format), its context the name, for a broken SOPS document.
StoredFile classify_file(std::string name, std::string bytes);

/// The SOPS document of a file that has to be one. Throws Error(NotFound) when it is missing, Error(Policy) with a hint
/// for plaintext and for an age file.
const sops::EncryptedFile& require_document(const StoredFile& file);

/// The readers that an encrypted file lacks or has too many.
struct Drift {
    std::vector<policy::Reader> missing;  ///< entitled, but their recipient is not in the file
    std::vector<std::string> surplus;     ///< recipients in the file that belong to nobody entitled, normal form

    [[nodiscard]] bool none() const { return missing.empty() && surplus.empty(); }
};

Drift find_drift(const std::vector<policy::Reader>& entitled, const sops::EncryptedFile& document);

/// For messages: "host 'web1'", "operator 'bob'", or the recipient itself, shortened, when nobody declared it.
std::string describe_recipient(const policy::Policy& policy, const std::string& recipient);

}  // namespace bestow::store
