#pragma once
/// The `sops` block of a document: key groups with their wrapped data keys, selector, MAC, time, version. Entries that
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

/// Whoever opens one share of the data key, or all of it where there is one group.
struct KeyGroup {
    std::vector<AgeEntry> age;
    std::vector<std::string> foreign_kinds;  ///< "pgp", "kms", ... that hold at least one entry
    std::vector<std::string> foreign_keys;   ///< each of those entries: the kind, and whatever names the key
};

struct Metadata {
    /// One in most documents, whose lists stand in the block itself; several stand in `key_groups`. Empty when nobody
    /// has a key.
    std::vector<KeyGroup> groups;
    bool has_key_groups = false;       ///< they stand in `key_groups`, however many there are
    std::size_t shamir_threshold = 0;  ///< how many groups have to come together; 0: all
    SelectorRule selector;
    bool mac_only_encrypted = false;
    std::string last_modified;
    std::string mac;  ///< envelope, empty when missing
    std::string version;
    std::size_t yaml_indent = 4;  ///< of a block that is newly written

    /// Of all groups.
    [[nodiscard]] std::vector<AgeEntry> age_entries() const;
    /// Of all groups, each once.
    [[nodiscard]] std::vector<std::string> foreign_kinds() const;
    /// Of all groups: "pgp FINGERPRINT", "kms ARN", ...
    [[nodiscard]] std::vector<std::string> foreign_keys() const;
    /// The data key is in shares.
    [[nodiscard]] bool is_shared() const { return groups.size() > 1; }
    /// How many groups have to come together.
    [[nodiscard]] std::size_t groups_needed() const;
};

}  // namespace bestow::sops
