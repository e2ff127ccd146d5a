#pragma once
/// Changes to files of the store, composed in memory and written in one batch: either everything that can fail by
/// thinking has failed before the first write, or nothing has. A new document is made for exactly its readers; an
/// existing one is only edited while nobody reads it who should not.

#include "operations/known_readers.hpp"
#include "operations/open_store.hpp"

#include <functional>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace bestow::operations {

/// One value's place.
struct ValueAddress {
    std::string file;  ///< relative to the store
    document::KeyPath key;
};

/// "secrets/db.yaml: password"
std::string describe_address(const ValueAddress& address);

class WorkingFiles {
  public:
    WorkingFiles(OpenStore& store, Confirmation confirmation);

    enum class WhenUnencrypted { Refuse, Allow };
    /// Sets a value; the file is made when it is missing. Throws Error(Policy): the file holds plaintext or is an age
    /// file, somebody not entitled reads it, or its selector would leave this value in plaintext.
    void set(const ValueAddress& address, const sops::Value& value, WhenUnencrypted when_unencrypted);
    /// Sets the whole document; unchanged values keep their ciphertext. Throws Error(Format) when it does not parse.
    void replace_whole(const std::string& file, ByteView plaintext);
    /// Removes a value or a subtree; of a binary document the file itself. Throws Error(NotFound).
    void unset(const ValueAddress& address);
    /// The values at and below an address, their paths relative to it. Throws Error(NotFound) when there are none.
    std::vector<sops::Value> values_at(const ValueAddress& address);
    /// The lines of comments at and below an address, which belong to no value: what a copy of its values lacks.
    std::vector<std::size_t> comment_lines_at(const ValueAddress& address);
    /// A document's plaintext. Throws Error(NotFound), and Error(Policy) as `set` does.
    SecretBytes whole(const std::string& file);
    /// Encrypts the file's data key for entitled readers that it lacks.
    void add_missing_readers(const std::string& file);
    /// Another text for a file that is not encrypted: bestow.yaml, an include, a template.
    void replace_text(const std::string& file, std::string text);
    /// Gives such a file another name; one that is not there is left out.
    void rename_text(const std::string& from, const std::string& to);
    /// Takes such a file away, if it is there.
    void remove_text(const std::string& file);
    /// Gives an encrypted file of any kind another name; its content stays. For files that are one secret.
    void rename_file(const std::string& from, const std::string& to);
    /// Removes the file when no value is left in it.
    void remove_if_empty(const std::string& file);

    /// Asks for every reader not seen before of whatever gets a new value, then writes what changed: gains before
    /// losses. False when nothing changed.
    bool commit();

    /// What commit() will write, told right before the first of it is.
    struct PlannedWrite {
        std::string file;
        const std::string* old_text = nullptr;  ///< empty for a new file
        const std::string* new_text = nullptr;  ///< nullptr for a file that is removed
    };
    using BeforeWriting = std::function<void(const std::vector<PlannedWrite>& writes)>;
    void before_writing(BeforeWriting told) { before_writing_ = std::move(told); }

    /// What the caller tells: readers whom files lack, aliases that were expanded.
    [[nodiscard]] std::vector<std::string> warnings() const;
    [[nodiscard]] const std::vector<std::string>& created() const { return created_; }

  private:
    struct Entry {
        std::string name;
        std::string old_text;                         ///< empty when the file is new
        std::optional<sops::EncryptedFile> document;  ///< as it is after the edits so far
        std::optional<SecretBytes> data_key;
        std::vector<sops::Value> new_values;               ///< of a document that is still to be made
        std::vector<document::KeyPath> must_be_encrypted;  ///< what was set with WhenUnencrypted::Refuse
        std::vector<policy::Reader> missing;               ///< entitled, but not in the file
        std::optional<std::string> verbatim;               ///< what replace_text and rename_file give
        bool is_new = false;
        bool gains_values = false;  ///< something was encrypted for its readers
        bool loses_values = false;
        bool removed = false;
        bool is_plain = false;  ///< no encrypted file: bestow.yaml, an include, a template

        [[nodiscard]] int rank() const;
    };

    Entry& entry_for(const std::string& file);
    Entry& document_for(const std::string& file);
    void check_readers(Entry& entry);
    [[nodiscard]] std::string way_to_right_readers(const std::string& file) const;
    const SecretBytes& data_key_of(Entry& entry);
    void adopt_text(Entry& entry, std::string text);
    std::string new_document(const Entry& entry);
    void check_encrypted(const Entry& entry, const sops::EncryptedFile& document) const;
    void want_readers_confirmed(const Entry& entry);
    std::optional<std::string> final_text(const Entry& entry);
    using Changes = std::vector<std::pair<const Entry*, std::optional<std::string>>>;  ///< nullopt: it is removed
    void write_changes(const Changes& changes);

    OpenStore& store_;
    Confirmation confirmation_;
    BeforeWriting before_writing_;
    std::list<Entry> entries_;  ///< in order of first touch; addresses stay
    std::vector<policy::Reader> readers_to_confirm_;
    std::vector<std::string> expanded_;  ///< files whose aliases were expanded
    std::vector<std::string> created_;
};

}  // namespace bestow::operations
