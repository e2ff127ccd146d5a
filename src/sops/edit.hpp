#pragma once
/// Making and changing SOPS documents. All functions are pure: old text and data key in, new text out; only the changed
/// scalars, the MAC and the metadata differ (design, section 4). `now` is an RFC 3339 UTC time with seconds.

#include "sops/creation_rules.hpp"
#include "sops/data_key.hpp"
#include "sops/encrypted_file.hpp"

namespace bestow::sops {

struct EncryptOptions {
    std::vector<std::string>
        recipients;         ///< any text that age::parse_recipient takes; written as given, SSH comments dropped
    SelectorRule selector;  ///< ignored for Binary
    std::string now;
    bool mac_only_encrypted = false;  ///< likewise
    /// Key groups, in place of `recipients`: where there are several, each gets a share of the data key.
    std::vector<std::vector<std::string>> groups = {};
    std::size_t shamir_threshold = 0;  ///< how many groups have to come together; 0: all
    StoreIndents indents = {};
};

struct EncryptedText {
    std::string text;
    bool aliases_expanded = false;  ///< the caller tells the user
};

/// A new document with a fresh data key. Throws Error(Format) with line and column when the plaintext does not parse,
/// is encrypted already, or nothing in it would be encrypted although it has values.
EncryptedText encrypt_document(ByteView plaintext, Format format, const EncryptOptions& options);

/// `plaintext` in place of the old document, under the same data key: values that did not change keep their ciphertext,
/// an identical document gives the identical text. This is `edit`.
EncryptedText replace_document(const EncryptedFile& old, ByteView data_key, ByteView plaintext, std::string_view now);

/// Sets one value, making missing mappings on the way. `type` as sops would store it. The same value gives the same
/// text. An empty path sets the whole of a binary document.
std::string set_value(const EncryptedFile& old, ByteView data_key, const KeyPath& path, ByteView value, ValueType type,
                      std::string_view now);

/// Removes one value or subtree; throws Error(NotFound).
std::string unset_value(const EncryptedFile& old, ByteView data_key, const KeyPath& path, std::string_view now);

/// Wraps the data key for exactly these recipients; entries that stay keep their bytes and order, new ones follow.
/// Values, MAC and lastmodified stay. Foreign entries stay. Throws Error(Policy) where the data key is in shares.
std::string replace_recipients(const EncryptedFile& old, ByteView data_key, const std::vector<std::string>& recipients);

/// The same for key groups: the same people in the same groups give the same text. Where there are several groups,
/// before or now, all entries and the block are written anew. Throws Error(Policy) for foreign entries then.
std::string replace_groups(const EncryptedFile& old, ByteView data_key, const RecipientGroups& recipients);

/// The same values under a new data key, for exactly these recipients: for when a reader was removed. lastmodified
/// stays: no value changed. Throws Error(Policy) for foreign entries, and where the data key is in shares.
std::string reencrypt(const EncryptedFile& old, ByteView data_key, const std::vector<std::string>& recipients);

/// The same for key groups, at another time: as sops, which calls a new data key a modification.
std::string reencrypt_groups(const EncryptedFile& old, ByteView data_key, const RecipientGroups& recipients,
                             std::string_view now);

}  // namespace bestow::sops
