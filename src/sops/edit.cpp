#include "sops/edit.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "document/json.hpp"
#include "sops/byte_form.hpp"
#include "sops/data_key.hpp"
#include "sops/document_format.hpp"
#include "sops/mac.hpp"
#include "sops/written.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace bestow::sops {
namespace {

using document::Document;
using document::Node;

std::string seal_binary(ByteView plaintext, ValueCipher& cipher, Metadata metadata, const std::string& margin) {
    Mac mac(false);
    mac.add(plaintext);
    metadata.selector.pattern.clear();  // as sops has it: there is one value
    metadata.mac = seal_mac(cipher, mac.finish().view(), metadata.last_modified);
    const std::string data = plaintext.empty() ? "" : cipher.seal(EnvelopeType::String, plaintext, "data:");
    const std::string line = "\n" + margin;
    return "{" + line + "\"data\": " + document::emit_json_string(data) + "," + line + json_metadata(metadata, margin) +
           "\n}\n";
}

/// Old text with the given splices, a new MAC over it, and the new time.
std::string with_new_mac(const std::string& text, Format format, ByteView data_key, std::string_view now) {
    const EncryptedFile file = EncryptedFile::parse(text, format);
    ValueCipher cipher(data_key);
    const SecretBytes mac = compute_mac(file.state(), data_key);
    document::Splices splices;
    document_format(format).edit_mac(splices, file.state().document, seal_mac(cipher, mac.view(), now), now);
    return splices.apply(text);
}

void verify(const EncryptedFile& file, ByteView data_key) {
    open_document(file.state(), data_key, {});
}

bool same_value(const std::vector<Value>& values, const KeyPath& path, const TypedBytes& value) {
    const Value* const old = find_value(values, path);
    return old != nullptr && old->type == value.type && equal_constant_time(old->bytes.view(), value.bytes.view());
}

/// A value in the place of another one.
std::string text_at(const EncryptedFile& file, const KeyPath& path, const TypedBytes& value, ValueCipher& cipher) {
    const DocumentFormat& format = document_format(file.format());
    const Document& document = file.state().document;
    document::Splices splices;
    walk(document.roots.at(0), file.state().selector, [&](const Place& place) {
        if (place.node == nullptr || *place.path != path || place.is_list_comment) {
            return;
        }
        const bool nothing = value.bytes.empty();  // nulls, empty collections and empty strings are never encrypted
        if (place.selected && !nothing) {
            std::string envelope = cipher.seal(envelope_type(value.type), value.bytes.view(), *place.additional);
            splices.replace(place.node->span, format.value_envelope(document, place, std::move(envelope)));
        } else {
            splices.replace(place.node->span, to_text(format.plain_value(document, place, value).view()));
        }
    });
    require(!splices.empty(), "a value that was just put into a document is found there");
    return splices.apply(document.text);
}

std::string set_at(const EncryptedFile& old, ByteView data_key, const KeyPath& path, const TypedBytes& value) {
    ValueCipher cipher(data_key);
    // First a placeholder, so that the place's style and its neighbours' comments are known; then the value itself.
    std::string placed = document_format(old.format()).with_placeholder(old.state().document, path);
    return text_at(EncryptedFile::parse(std::move(placed), old.format()), path, value, cipher);
}

std::string set_binary(const EncryptedFile& old, ByteView data_key, ByteView value, std::string_view now) {
    ValueCipher cipher(data_key);
    const Document& document = old.state().document;
    const std::string data = value.empty() ? "" : cipher.seal(EnvelopeType::String, value, "data:");
    document::Splices splices;
    splices.replace(document.roots.at(0).find("data")->span, document::emit_json_string(data));
    return with_new_mac(splices.apply(document.text), Format::Binary, data_key, now);
}

void refuse_foreign(const Metadata& metadata, std::string_view what_locks_out) {
    const std::vector<std::string> kinds = metadata.foreign_kinds();
    if (!kinds.empty()) {
        throw Error(
            ErrorKind::Policy,
            format("the document has keys of the kind '{}', which {} would lock out", kinds.front(), what_locks_out),
            "rotate it with sops");
    }
}

/// Whoever edits the plaintext would alter such a value without seeing it.
void check_comes_back(const DocumentFormat& format, const Opened& opened) {
    try {
        format.check_value(opened.value);
    } catch (Error& error) {
        error.add_context(
            bestow::format("line {}, {}", opened.place.node->at.line, document::to_text(*opened.place.path)));
        error.set_hint("the document cannot be edited as a text; set its values one by one: bestow set");
        throw;
    }
}

/// Readers without groups would undo what the groups are for.
void refuse_shared(const Metadata& metadata) {
    if (metadata.is_shared()) {
        throw Error(ErrorKind::Policy,
                    format("the data key is split between {} key groups, which have no readers one by one",
                           metadata.groups.size()),
                    "sops updatekeys changes groups as .sops.yaml has them");
    }
}

std::set<std::string> normal_set(const std::vector<std::string>& recipients) {
    std::set<std::string> normal;
    for (const std::string& recipient : recipients) {
        normal.insert(normal_recipient(recipient));
    }
    return normal;
}

/// The same people in the same groups, of which as many have to come together.
bool same_groups(const EncryptedFile& file, const RecipientGroups& recipients) {
    const std::vector<std::vector<std::string>> present = file.recipient_groups();
    const std::size_t needed = recipients.threshold == 0 ? present.size() : recipients.threshold;
    return present.size() == recipients.groups.size() &&
           std::equal(present.begin(), present.end(), recipients.groups.begin(),
                      [](const auto& a, const auto& b) { return normal_set(a) == normal_set(b); }) &&
           (present.size() < 2 || file.metadata().groups_needed() == needed);
}

void set_groups(Metadata& metadata, ByteView data_key, const RecipientGroups& recipients) {
    metadata.groups = wrap_for_groups(data_key, recipients);
    metadata.has_key_groups = metadata.is_shared();
    // sops writes it for one group, too, where somebody gave one, and always for several.
    const bool all = metadata.is_shared() && recipients.threshold == 0;
    metadata.shamir_threshold = all ? metadata.groups.size() : recipients.threshold;
}

/// The text with its metadata written anew, in every root that has them: for another arrangement of keys.
std::string with_new_metadata(const std::string& text, Format kind, const Metadata& metadata) {
    const DocumentFormat& format = document_format(kind);
    const Document old = format.parse(text);
    SecretSplices removal;
    format.remove_metadata(removal, old);
    const Document bare = format.parse(to_text(removal.apply(text).view()));
    document::Splices addition;
    for (std::size_t root = 0; root < bare.roots.size(); ++root) {
        format.add_metadata(addition, bare, root, metadata, nullptr);
    }
    return addition.apply(bare.text);
}

/// Entries that stay keep their bytes and order, new ones follow.
std::string with_flat_recipients(const EncryptedFile& old, ByteView data_key,
                                 const std::vector<std::string>& recipients) {
    std::vector<std::string> added;
    for (const std::string& recipient : recipients) {
        added.push_back(age::normalize_recipient(recipient));
    }
    if (added.empty()) {
        throw Error(ErrorKind::Usage, "there is nobody to encrypt to", "name a recipient");
    }
    std::vector<AgeEntryEdit> entries;
    const std::vector<std::string> present = old.recipients();
    for (std::size_t index = 0; index < present.size(); ++index) {
        const auto wanted = std::find(added.begin(), added.end(), present[index]);
        if (wanted != added.end()) {
            added.erase(std::remove(added.begin(), added.end(), present[index]), added.end());
            entries.push_back({index, {}});
        }
    }
    if (entries.size() == present.size() && added.empty()) {
        return old.text();
    }
    if (!added.empty()) {
        for (AgeEntry& entry : wrap_data_key(data_key, added)) {
            entries.push_back({std::nullopt, std::move(entry)});
        }
    }
    document::Splices splices;
    document_format(old.format()).edit_age_entries(splices, old.state().document, entries);
    return splices.apply(old.text());
}

struct Resealed {
    document::Splices splices;
    SecretBytes mac;  ///< over the values, in plain
};

/// Every envelope sealed again under another data key.
Resealed with_other_envelopes(const EncryptedFile& old, ByteView data_key, ValueCipher& cipher) {
    const DocumentFormat& format = document_format(old.format());
    const Document& document = old.state().document;
    document::Splices splices;
    SecretBytes mac = open_document(old.state(), data_key, [&](Opened opened) {
        if (!opened.was_encrypted) {
            return;
        }
        const Place& place = opened.place;
        const EnvelopeType type = opened.value.is_comment ? EnvelopeType::Comment : envelope_type(opened.value.type);
        std::string envelope = cipher.seal(type, opened.value.bytes.view(), opened.additional);
        if (place.comment != nullptr) {
            splices.replace(place.comment->span, format.comment_envelope(document, place, envelope));
        } else {
            splices.replace(place.node->span, format.value_envelope(document, place, std::move(envelope)));
        }
    });
    return {std::move(splices), std::move(mac)};
}

RecipientGroups groups_of(const EncryptOptions& options) {
    std::vector<std::vector<std::string>> groups = options.groups;
    if (groups.empty()) {
        groups.push_back(options.recipients);
    }
    return {std::move(groups), options.shamir_threshold};
}

std::string margin_of(const std::optional<std::size_t>& indent) {
    return indent ? std::string(*indent, ' ') : "\t";
}

KeptEnvelopes kept_envelopes(const EncryptedFile& old, ByteView data_key) {
    KeptEnvelopes kept;
    const DocumentFormat& format = document_format(old.format());
    open_document(old.state(), data_key, [&](Opened opened) {
        if (opened.was_encrypted) {
            const document::Comment* const comment = opened.place.comment;
            if (comment == nullptr && opened.value.type == ValueType::String) {
                check_comes_back(format, opened);
            }
            kept.add(opened.place, opened.value, comment != nullptr ? comment->text : opened.place.node->text);
        }
    });
    return kept;
}

}  // namespace

EncryptedText encrypt_document(ByteView plaintext, Format format, const EncryptOptions& options) {
    const SecretBytes key = new_data_key();
    ValueCipher cipher(key.view());
    Metadata metadata;
    metadata.selector = options.selector;
    metadata.last_modified = options.now;
    metadata.version = kWrittenVersion;
    if (is_encrypted(as_text(plaintext), format)) {
        throw Error(ErrorKind::Format, "the document is encrypted already");
    }
    const Selector selector(options.selector);
    set_groups(metadata, key.view(), groups_of(options));
    if (format == Format::Binary) {
        return {seal_binary(plaintext, cipher, metadata, margin_of(options.indents.json_binary)), false};
    }
    metadata.mac_only_encrypted = options.mac_only_encrypted;
    metadata.yaml_indent = options.indents.yaml;
    SealRequest request{selector, cipher, options.mac_only_encrypted, nullptr, {}, nullptr};
    request.metadata = [&](ByteView mac) {
        metadata.mac = seal_mac(cipher, mac, metadata.last_modified);
        return metadata;
    };
    SealedDocument sealed = seal_document(document_format(format), to_text(plaintext), request);
    check_sealed(sealed, format);
    return {std::move(sealed.text), sealed.aliases_expanded};
}

EncryptedText replace_document(const EncryptedFile& old, ByteView data_key, ByteView plaintext, std::string_view now) {
    const SecretBytes before = old.decrypt_document(data_key);
    if (equal_constant_time(before.view(), plaintext)) {
        return {old.text(), false};
    }
    if (old.format() == Format::Binary) {
        return {set_binary(old, data_key, plaintext, now), false};
    }
    ValueCipher cipher(data_key);
    KeptEnvelopes kept = kept_envelopes(old, data_key);
    const EncryptedFile::State& state = old.state();
    SealRequest request{state.selector, cipher, state.metadata.mac_only_encrypted, &kept, {}, &state.document};
    request.metadata = [&](ByteView mac) {
        Metadata metadata = state.metadata;
        metadata.mac = seal_mac(cipher, mac, now);
        metadata.last_modified = now;
        return metadata;
    };
    SealedDocument sealed = seal_document(document_format(old.format()), to_text(plaintext), request);
    check_written(sealed.text, old.format(), data_key);
    return {std::move(sealed.text), sealed.aliases_expanded};
}

std::string set_value(const EncryptedFile& old, ByteView data_key, const KeyPath& path, ByteView value, ValueType type,
                      std::string_view now) {
    const TypedBytes bytes = byte_form_of(type, value);
    const std::vector<Value> values = old.decrypt_values(data_key);
    if (same_value(values, path, bytes)) {
        return old.text();
    }
    if (old.format() == Format::Binary) {
        if (!path.empty() || type != ValueType::String) {
            throw Error(ErrorKind::NotFound, "a binary document has one value, without a key");
        }
        return set_binary(old, data_key, value, now);
    }
    if (path.empty() || path.front() == document::PathElement(std::string(kMetadataKey))) {
        throw Error(ErrorKind::Usage, path.empty() ? "name the key to set" : "the sops block cannot be set");
    }
    document_format(old.format()).check_value(bytes);
    std::string text = with_new_mac(set_at(old, data_key, path, bytes), old.format(), data_key, now);
    check_written(text, old.format(), data_key);
    return text;
}

std::string unset_value(const EncryptedFile& old, ByteView data_key, const KeyPath& path, std::string_view now) {
    verify(old, data_key);
    if (old.format() == Format::Binary || path.empty() ||
        path.front() == document::PathElement(std::string(kMetadataKey))) {
        throw Error(ErrorKind::NotFound, format("there is no {} to remove", document::to_text(path)));
    }
    const std::string text = document_format(old.format()).without(old.state().document, path);
    std::string result = with_new_mac(text, old.format(), data_key, now);
    check_written(result, old.format(), data_key);
    return result;
}

std::string replace_recipients(const EncryptedFile& old, ByteView data_key,
                               const std::vector<std::string>& recipients) {
    refuse_shared(old.metadata());
    return replace_groups(old, data_key, {{recipients}, old.metadata().shamir_threshold});
}

std::string replace_groups(const EncryptedFile& old, ByteView data_key, const RecipientGroups& recipients) {
    verify(old, data_key);
    if (same_groups(old, recipients)) {
        return old.text();
    }
    if (recipients.groups.size() == 1 && !old.metadata().has_key_groups) {
        return with_flat_recipients(old, data_key, recipients.groups.front());
    }
    // Shares are made anew, so every entry is.
    refuse_foreign(old.metadata(), "other shares");
    Metadata metadata = old.metadata();
    set_groups(metadata, data_key, recipients);
    std::string text = with_new_metadata(old.text(), old.format(), metadata);
    check_written(text, old.format(), data_key);
    return text;
}

std::string reencrypt(const EncryptedFile& old, ByteView data_key, const std::vector<std::string>& recipients) {
    const Metadata& metadata = old.metadata();
    refuse_shared(metadata);
    return reencrypt_groups(old, data_key, {{recipients}, metadata.shamir_threshold}, metadata.last_modified);
}

std::string reencrypt_groups(const EncryptedFile& old, ByteView data_key, const RecipientGroups& recipients,
                             std::string_view now) {
    refuse_foreign(old.metadata(), "a new data key");
    const SecretBytes new_key = new_data_key();
    ValueCipher cipher(new_key.view());
    auto [splices, mac] = with_other_envelopes(old, data_key, cipher);
    Metadata metadata = old.metadata();
    set_groups(metadata, new_key.view(), recipients);
    metadata.mac = seal_mac(cipher, mac.view(), now);
    metadata.last_modified = now;
    const bool is_flat = !metadata.has_key_groups && !old.metadata().has_key_groups;
    if (is_flat) {
        const DocumentFormat& format = document_format(old.format());
        std::vector<AgeEntryEdit> entries;
        for (AgeEntry& entry : metadata.groups.front().age) {
            entries.push_back({std::nullopt, std::move(entry)});
        }
        format.edit_age_entries(splices, old.state().document, entries);
        format.edit_mac(splices, old.state().document, metadata.mac, metadata.last_modified);
    }
    std::string text = splices.apply(old.text());
    if (!is_flat) {
        text = with_new_metadata(text, old.format(), metadata);
    }
    check_written(text, old.format(), new_key.view());
    return text;
}

}  // namespace bestow::sops
