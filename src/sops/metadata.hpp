#pragma once
/// The `sops` block of a document: recipients with their wrapped data keys, selector, MAC, time, version. Entries that
/// are not age's (pgp, kms, ...) are kept in the text, untouched, and only named here.

#include <optional>
#include <string>
#include <vector>

namespace bestow::sops {

struct AgeEntry {
    std::string recipient;  ///< as written
    std::string enc;        ///< an armored age file that holds the data key
};

enum class SelectorKind {
    UnencryptedSuffix,
    EncryptedSuffix,
    UnencryptedRegex,
    EncryptedRegex,
    UnencryptedCommentRegex,
    EncryptedCommentRegex,
};

struct SelectorRule {
    SelectorKind kind = SelectorKind::UnencryptedSuffix;
    std::string pattern = "_unencrypted";
};

struct Metadata {
    std::vector<AgeEntry> age;
    std::vector<std::string> foreign_kinds;  ///< "pgp", "kms", ... that hold at least one entry
    bool has_key_groups = false;
    SelectorRule selector;
    bool mac_only_encrypted = false;
    std::string last_modified;
    std::string mac;  ///< envelope, empty when missing
    std::string version;
};

}  // namespace bestow::sops
