#include "sops/encrypted_file.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "sops/data_key.hpp"
#include "sops/document_format.hpp"
#include "sops/parse_metadata.hpp"

#include <utility>

namespace bestow::sops {
namespace {

using document::Document;
using document::Kind;
using document::Node;

constexpr std::string_view kBinaryKey = "data";

const Node& metadata_of(const Document& document) {
    const Node* const sops = document.roots.empty() ? nullptr : find_metadata(document.roots.front());
    if (sops == nullptr) {
        throw Error(ErrorKind::Format, "this is not an encrypted document: it has no sops block",
                    "bestow encrypt encrypts it");
    }
    return *sops;
}

/// A binary document has its bytes under "data", its metadata, and nothing else.
void check_binary(const Node& root) {
    const Node* const bytes = root.find(kBinaryKey);
    if (bytes == nullptr || bytes->kind != Kind::String || root.children.size() != 2) {
        throw Error(ErrorKind::Format, "an encrypted binary document is an object with the keys 'data' and 'sops'");
    }
}

}  // namespace

EncryptedFile::EncryptedFile(std::unique_ptr<State> state) : state_(std::move(state)) {}
EncryptedFile::EncryptedFile(EncryptedFile&&) noexcept = default;
EncryptedFile& EncryptedFile::operator=(EncryptedFile&&) noexcept = default;
EncryptedFile::~EncryptedFile() = default;

EncryptedFile EncryptedFile::parse(std::string text, Format format) {
    Document document = document_format(format).parse(std::move(text));
    Metadata metadata = parse_metadata(metadata_of(document));
    if (format == Format::Binary) {
        check_binary(document.roots.front());
    }
    Selector selector(metadata.selector);
    EncryptedFile file(
        std::make_unique<State>(State{std::move(document), format, std::move(metadata), std::move(selector), false}));
    return file;
}

const Metadata& EncryptedFile::metadata() const {
    return state_->metadata;
}
Format EncryptedFile::format() const {
    return state_->format;
}
const std::string& EncryptedFile::text() const {
    return state_->document.text;
}

void EncryptedFile::ignore_mac() {
    state_->ignores_mac = true;
}

std::vector<std::string> EncryptedFile::recipients() const {
    std::vector<std::string> recipients;
    for (const AgeEntry& entry : state_->metadata.age_entries()) {
        recipients.push_back(normal_recipient(entry.recipient));
    }
    return recipients;
}

std::vector<std::vector<std::string>> EncryptedFile::recipient_groups() const {
    std::vector<std::vector<std::string>> groups;
    for (const KeyGroup& group : state_->metadata.groups) {
        std::vector<std::string>& recipients = groups.emplace_back();
        for (const AgeEntry& entry : group.age) {
            recipients.push_back(normal_recipient(entry.recipient));
        }
    }
    return groups;
}

std::vector<Leaf> EncryptedFile::leaves() const {
    std::vector<Leaf> leaves;
    for (const Node& root : state_->document.roots) {
        walk(root, state_->selector, [&](const Place& place) {
            const Node* const node = place.node;
            if (node != nullptr && !place.is_list_comment && node->is_scalar()) {
                const bool nothing = node->kind == Kind::Null || (node->kind == Kind::String && node->text.empty());
                leaves.push_back({state_->format == Format::Binary ? KeyPath() : *place.path, node->at,
                                  node->kind == Kind::String && parse_envelope(node->text).has_value(),
                                  place.selected && !nothing, nothing});
            }
        });
    }
    return leaves;
}

std::optional<SecretBytes> EncryptedFile::data_key(const age::Identities& identities) const {
    return unwrap_data_key(state_->metadata, identities);
}

std::vector<Value> EncryptedFile::decrypt_values(ByteView data_key) const {
    std::vector<Value> values;
    open_document(*state_, data_key, [&](Opened opened) {
        if (opened.root == 0 && opened.place.node != nullptr && !opened.value.is_comment) {
            values.push_back({state_->format == Format::Binary ? KeyPath() : *opened.place.path, opened.value.type,
                              std::move(opened.value.bytes)});
        }
    });
    return values;
}

SecretBytes EncryptedFile::decrypt_document(ByteView data_key) const {
    if (state_->format == Format::Binary) {
        std::vector<Value> values = decrypt_values(data_key);
        return std::move(values.at(0).bytes);
    }
    const DocumentFormat& format = document_format(state_->format);
    SecretSplices splices;
    open_document(*state_, data_key, [&](Opened opened) {
        if (opened.was_encrypted) {
            format.put_plaintext(splices, state_->document, opened);
        }
    });
    format.remove_metadata(splices, state_->document);
    return splices.apply(state_->document.text);
}

bool is_encrypted(std::string_view text, Format format) {
    if (text.find(kMetadataKey) == std::string_view::npos) {
        return false;
    }
    try {
        const EncryptedFile file = EncryptedFile::parse(std::string(text), format);
        const Metadata& metadata = file.metadata();
        return !metadata.mac.empty() || !metadata.groups.empty();
    } catch (const Error&) {
        return false;
    }
}

const Value* find_value(const std::vector<Value>& values, const KeyPath& path) {
    for (const Value& value : values) {
        if (value.path == path) {
            return &value;
        }
    }
    return nullptr;
}

}  // namespace bestow::sops
