#include "operations/working_files.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "operations/comment_lines.hpp"
#include "operations/file_context.hpp"
#include "operations/file_report.hpp"
#include "operations/new_plaintext.hpp"
#include "operations/own_keys.hpp"
#include "operations/unchanged.hpp"
#include "sops/edit.hpp"
#include "store/atomic_write.hpp"

#include <algorithm>
#include <utility>

namespace bestow::operations {
namespace {

std::vector<std::string> described(const policy::Policy& policy, const std::vector<std::string>& recipients) {
    std::vector<std::string> texts;
    for (const std::string& recipient : recipients) {
        texts.push_back(store::describe_recipient(policy, recipient));
    }
    return texts;
}

}  // namespace

/// Where a value goes is on the disk before the policy that says so, and that before the value's old place: killed in
/// between, or without power, nothing is lost.
int WorkingFiles::Entry::rank() const {
    return loses_values || removed ? 2 : is_plain ? 1 : 0;
}

std::string describe_address(const ValueAddress& address) {
    return format("{}: {}", address.file, document::to_text(address.key));
}

WorkingFiles::WorkingFiles(OpenStore& store, Confirmation confirmation)
    : store_(store), confirmation_(std::move(confirmation)) {}

WorkingFiles::Entry& WorkingFiles::entry_for(const std::string& file) {
    const auto found =
        std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.name == file; });
    if (found != entries_.end()) {
        return *found;
    }
    Entry entry;
    entry.name = file;
    return entries_.emplace_back(std::move(entry));
}

WorkingFiles::Entry& WorkingFiles::document_for(const std::string& file) {
    Entry& entry = entry_for(file);
    if (entry.document || entry.is_new) {
        return entry;
    }
    store::StoredFile stored = store_.store().read_file(file);
    if (stored.kind == store::StoredFile::Kind::Missing) {
        entry.is_new = true;
        return entry;
    }
    entry.old_text = store::require_document(stored).text();
    entry.document = std::move(stored.document);
    check_readers(entry);
    return entry;
}

/// A value is never encrypted to somebody who is not entitled to it, however he came to be in the file.
void WorkingFiles::check_readers(Entry& entry) {
    store::Drift drift = store::find_drift(store_.readers_of(entry.name), *entry.document);
    if (!drift.surplus.empty()) {
        throw Error(ErrorKind::Policy,
                    format("{} is also readable by {}, who should not", quoted(entry.name),
                           join(described(store_.policy(), drift.surplus), ", ")),
                    way_to_right_readers(entry.name));
    }
    entry.missing = std::move(drift.missing);
}

std::string WorkingFiles::way_to_right_readers(const std::string& file) const {
    if (store_.file_policy() != nullptr) {
        return format("sops updatekeys {}", file);
    }
    return store_.view().find_file(file) != nullptr
               ? format("bestow sync {}", file)
               : "no secret lives in this file: declare one in bestow.yaml that does, then bestow sync";
}

std::vector<std::string> WorkingFiles::warnings() const {
    std::vector<std::string> warnings;
    for (const Entry& entry : entries_) {
        for (const policy::Reader& reader : entry.missing) {
            warnings.push_back(
                format("{} cannot read {} yet: {}", describe_reader(reader), quoted(entry.name),
                       store_.file_policy() != nullptr ? way_to_right_readers(entry.name) : "bestow sync"));
        }
    }
    for (const std::string& file : expanded_) {
        warnings.push_back(format("{}: aliases were expanded, since a value is bound to its path", file));
    }
    return warnings;
}

const SecretBytes& WorkingFiles::data_key_of(Entry& entry) {
    if (!entry.data_key) {
        entry.data_key = open_data_key(*entry.document, entry.name, store_.identities());
    }
    return *entry.data_key;
}

void WorkingFiles::adopt_text(Entry& entry, std::string text) {
    if (text != entry.document->text()) {
        entry.document = sops::EncryptedFile::parse(std::move(text), entry.document->format());
    }
}

void WorkingFiles::set(const ValueAddress& address, const sops::Value& value, WhenUnencrypted when_unencrypted) {
    Entry& entry = document_for(address.file);
    if (when_unencrypted == WhenUnencrypted::Refuse && value.bytes.size() > 0) {
        entry.must_be_encrypted.push_back(address.key);
    }
    if (entry.is_new) {
        std::erase_if(entry.new_values, [&](const sops::Value& present) { return present.path == address.key; });
        entry.new_values.push_back({address.key, value.type, value.bytes.copy()});
        return;
    }
    entry.gains_values = true;
    const bool is_binary = entry.document->format() == sops::Format::Binary;
    const SecretBytes& data_key = data_key_of(entry);
    if (address.key.empty() && !is_binary) {
        replace_whole(address.file, value.bytes.view());
        return;
    }
    adopt_text(entry, in_file(entry.name, [&] {
                   return sops::set_value(*entry.document, data_key.view(), address.key, value.bytes.view(), value.type,
                                          store_.now());
               }));
}

void WorkingFiles::replace_whole(const std::string& file, ByteView plaintext) {
    Entry& entry = document_for(file);
    if (entry.is_new) {
        entry.new_values.clear();
        entry.new_values.push_back({{}, sops::ValueType::String, SecretBytes::copy_of(plaintext)});
        return;
    }
    entry.gains_values = true;
    if (const policy::FileAccess* const declared = store_.view().find_file(file)) {
        for (const policy::SecretSource* source : declared->sources) {
            entry.must_be_encrypted.push_back(source->key);
        }
    }
    const SecretBytes& data_key = data_key_of(entry);
    sops::EncryptedText replaced = in_file(
        entry.name, [&] { return sops::replace_document(*entry.document, data_key.view(), plaintext, store_.now()); });
    if (replaced.aliases_expanded) {
        expanded_.push_back(entry.name);
    }
    adopt_text(entry, std::move(replaced.text));
}

void WorkingFiles::unset(const ValueAddress& address) {
    Entry& entry = document_for(address.file);
    if (entry.is_new) {
        throw Error(ErrorKind::NotFound, format("there is no file {}", quoted(entry.name)));
    }
    entry.loses_values = true;
    if (address.key.empty()) {
        entry.removed = true;
        return;
    }
    const SecretBytes& data_key = data_key_of(entry);
    adopt_text(entry, in_file(entry.name, [&] {
                   return sops::unset_value(*entry.document, data_key.view(), address.key, store_.now());
               }));
}

std::vector<sops::Value> WorkingFiles::values_at(const ValueAddress& address) {
    Entry& entry = document_for(address.file);
    std::vector<sops::Value> found;
    if (entry.is_new) {
        throw Error(ErrorKind::NotFound, format("there is no file {}", quoted(entry.name)));
    }
    const SecretBytes& data_key = data_key_of(entry);
    std::vector<sops::Value> values =
        in_file(entry.name, [&] { return entry.document->decrypt_values(data_key.view()); });
    for (sops::Value& value : values) {
        if (is_at_or_below(value.path, address.key)) {
            value.path.erase(value.path.begin(), value.path.begin() + static_cast<std::ptrdiff_t>(address.key.size()));
            found.push_back(std::move(value));
        }
    }
    if (found.empty()) {
        throw Error(ErrorKind::NotFound, format("{}: there is no such key", describe_address(address)));
    }
    return found;
}

std::vector<std::size_t> WorkingFiles::comment_lines_at(const ValueAddress& address) {
    Entry& entry = document_for(address.file);
    if (entry.is_new || entry.document->format() != sops::Format::Yaml) {
        return {};
    }
    return operations::comment_lines_at(entry.document->text(), address.key);
}

SecretBytes WorkingFiles::whole(const std::string& file) {
    Entry& entry = document_for(file);
    if (entry.is_new) {
        throw Error(ErrorKind::NotFound, format("there is no file {}", quoted(entry.name)));
    }
    const SecretBytes& data_key = data_key_of(entry);
    return in_file(entry.name, [&] { return entry.document->decrypt_document(data_key.view()); });
}

void WorkingFiles::add_missing_readers(const std::string& file) {
    Entry& entry = document_for(file);
    if (entry.is_new) {
        return;  // it is made for all of them
    }
    const std::vector<policy::Reader> readers = store_.readers_of(file);
    if (!entry.missing.empty()) {
        readers_to_confirm_.insert(readers_to_confirm_.end(), entry.missing.begin(), entry.missing.end());
        const SecretBytes& data_key = data_key_of(entry);
        adopt_text(entry, in_file(entry.name, [&] {
                       return sops::replace_recipients(*entry.document, data_key.view(), recipients_of(readers));
                   }));
        entry.missing.clear();
    }
}

void WorkingFiles::replace_text(const std::string& file, std::string text) {
    Entry& entry = entry_for(file);
    entry.old_text = store_.store().try_read_text(file).value_or("");
    entry.verbatim = std::move(text);
    entry.is_plain = true;
}

void WorkingFiles::rename_text(const std::string& from, const std::string& to) {
    if (std::optional<std::string> text = store_.store().try_read_text(from)) {
        replace_text(to, std::move(*text));
        remove_text(from);
    }
}

void WorkingFiles::remove_text(const std::string& file) {
    if (std::optional<std::string> text = store_.store().try_read_text(file)) {
        Entry& entry = entry_for(file);
        entry.old_text = std::move(*text);
        entry.is_plain = true;
        entry.removed = true;
    }
}

void WorkingFiles::rename_file(const std::string& from, const std::string& to) {
    store::StoredFile file = store_.store().read_file(from);
    const bool is_age_file = file.kind == store::StoredFile::Kind::Age;
    std::string text = is_age_file ? std::move(file.text) : store::require_document(file).text();
    if (!is_age_file) {
        entry_for(to).missing = store::find_drift(store_.readers_of(to), *file.document).missing;
    }
    if (store_.store().try_read_text(to)) {
        throw Error(ErrorKind::Failed, format("there is a file {} already", quoted(to)));
    }
    entry_for(from).old_text = text;
    entry_for(from).removed = true;
    entry_for(to).verbatim = std::move(text);
}

void WorkingFiles::remove_if_empty(const std::string& file) {
    Entry& entry = document_for(file);
    if (!entry.is_new && entry.document->leaves().empty()) {
        entry.removed = true;
    }
}

std::string WorkingFiles::new_document(const Entry& entry) {
    const sops::EncryptOptions options = store_.encrypt_options(entry.name);
    const std::vector<policy::Reader> readers = store_.readers_of(entry.name);
    readers_to_confirm_.insert(readers_to_confirm_.end(), readers.begin(), readers.end());
    const SecretBytes plaintext = plaintext_of(entry.name, entry.new_values);
    sops::EncryptedText made = in_file(
        entry.name, [&] { return sops::encrypt_document(plaintext.view(), sops::format_of(entry.name), options); });
    created_.push_back(entry.name);
    if (made.aliases_expanded) {
        expanded_.push_back(entry.name);
    }
    return std::move(made.text);
}

/// A key such as "token_unencrypted" would leave its value in plaintext, as the file's selector says.
void WorkingFiles::check_encrypted(const Entry& entry, const sops::EncryptedFile& document) const {
    for (const sops::Leaf& leaf : document.leaves()) {
        const bool is_ours =
            std::any_of(entry.must_be_encrypted.begin(), entry.must_be_encrypted.end(),
                        [&](const document::KeyPath& path) { return is_at_or_below(leaf.path, path); });
        if (is_ours && !leaf.should_be_encrypted) {
            throw Error(ErrorKind::Policy,
                        format("{}: {} would be stored in plaintext, by this file's selector {}", entry.name,
                               document::to_text(leaf.path), quoted(document.metadata().selector.pattern)),
                        "give it another key");
        }
    }
}

std::optional<std::string> WorkingFiles::final_text(const Entry& entry) {
    if (entry.removed) {
        return std::nullopt;
    }
    if (entry.verbatim) {
        return entry.verbatim;
    }
    if (entry.is_new) {
        std::string text = new_document(entry);
        check_encrypted(entry, sops::EncryptedFile::parse(text, sops::format_of(entry.name)));
        return text;
    }
    check_encrypted(entry, *entry.document);
    return entry.document->text();
}

/// A document may have come with readers whom this operator has never seen: whoever can push can make one.
void WorkingFiles::want_readers_confirmed(const Entry& entry) {
    if (!entry.gains_values) {
        return;
    }
    for (const policy::Reader& reader : store_.readers_of(entry.name)) {
        const bool is_missing =
            std::any_of(entry.missing.begin(), entry.missing.end(),
                        [&](const policy::Reader& other) { return other.recipient == reader.recipient; });
        if (!is_missing) {
            readers_to_confirm_.push_back(reader);
        }
    }
}

void WorkingFiles::write_changes(const Changes& changes) {
    store::WriteBatch batch(store_.system(), store_.store().root());
    int rank = 0;
    for (const auto& [entry, text] : changes) {
        if (std::exchange(rank, entry->rank()) != entry->rank()) {
            batch.barrier();
        }
        if (text) {
            batch.write(entry->name, as_bytes(*text));
        } else {
            batch.remove(entry->name);
        }
    }
    batch.commit();
}

bool WorkingFiles::commit() {
    entries_.sort([](const Entry& a, const Entry& b) { return a.rank() < b.rank(); });
    Changes changes;
    for (const Entry& entry : entries_) {
        if (entry.is_new && entry.new_values.empty()) {
            continue;
        }
        std::optional<std::string> text = final_text(entry);
        if (!text || *text != entry.old_text) {
            want_readers_confirmed(entry);
            changes.emplace_back(&entry, std::move(text));
        }
    }
    if (changes.empty()) {
        return false;
    }
    confirm_readers(store_, readers_to_confirm_, confirmation_);
    expect_policy_unchanged(store_);
    std::vector<PlannedWrite> writes;
    for (const auto& [entry, text] : changes) {
        expect_unchanged(store_, entry->name, entry->old_text);
        writes.push_back({entry->name, &entry->old_text, text ? &*text : nullptr});
    }
    if (before_writing_) {
        before_writing_(writes);
    }
    write_changes(changes);
    store_.note_written();
    return true;
}

}  // namespace bestow::operations
