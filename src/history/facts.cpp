#include "history/facts.hpp"

#include "age/age.hpp"
#include "age/stream_file.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/base64.hpp"
#include "crypto/hash.hpp"
#include "document/key_path.hpp"
#include "sops/data_key.hpp"
#include "sops/standing_leaf.hpp"
#include "ssh/public_key.hpp"

#include <algorithm>
#include <cstring>

namespace bestow::history {
namespace {

constexpr std::string_view kEnvelopeBegin = "ENC[AES256_GCM,";
constexpr std::array<sops::Format, 5> kFormats = {sops::Format::Yaml, sops::Format::Json, sops::Format::Dotenv,
                                                  sops::Format::Ini, sops::Format::Binary};

Sealed identity_of_bytes(ByteView bytes, std::uint64_t value_bytes) {
    const crypto::Sha256Digest digest = crypto::sha256(bytes);
    Sealed sealed;
    std::copy_n(digest.begin(), sealed.identity.size(), sealed.identity.begin());
    sealed.value_bytes = value_bytes;
    return sealed;
}

bool contains(ByteView content, std::string_view text) {
    return as_text(content).find(text) != std::string_view::npos;
}

void add_sops_facts(Tables& tables, const sops::EncryptedFile& file, BlobFacts& facts) {
    const sops::Metadata& metadata = file.metadata();
    facts.kind = BlobKind::Sops;
    facts.needs_several = metadata.is_shared() && metadata.groups_needed() > 1;
    facts.last_modified = tables.texts.add(metadata.last_modified);
    for (const sops::AgeEntry& entry : metadata.age_entries()) {
        const auto [place, is_new] = tables.normal_recipients.try_emplace(entry.recipient, kNone);
        if (is_new) {
            place->second = tables.texts.add(sops::normal_recipient(entry.recipient));
        }
        facts.readers.push_back(place->second);
        facts.wrapped.push_back(tables.sealed.add(identity_of_bytes(as_bytes(entry.enc), 0)));
    }
    for (const std::string& key : metadata.foreign_keys()) {
        facts.readers.push_back(tables.texts.add(key));
    }
    sops::visit_leaves(file, [&](const sops::StandingLeaf& leaf) {
        LeafFact fact;
        fact.key = tables.texts.add(document::to_text(leaf.path));
        if (leaf.plain == nullptr) {
            fact.sealed = tables.sealed.add(identity_of(leaf.additional, leaf.envelope));
        }
        facts.leaves.push_back(fact);
    });
}

void add_age_facts(Tables& tables, ByteView content, BlobFacts& facts) {
    MemorySource source(content);
    const age::FileSummary summary = age::inspect_stream(source);
    facts.kind = BlobKind::Age;
    for (const age::Stanza& stanza : summary.stanzas) {
        const bool is_named = stanza.type.starts_with("ssh-") && !stanza.arguments.empty();
        facts.readers.push_back(
            tables.texts.add(is_named ? stanza.type + " " + stanza.arguments.front() : stanza.type));
    }
    const std::uint64_t size_bytes = age::plaintext_bytes(summary.payload_bytes).value_or(0);
    facts.leaves.push_back(
        {tables.texts.add(document::to_text({})), tables.sealed.add(identity_of_bytes(content, size_bytes))});
}

}  // namespace

Index Texts::add(std::string_view text) {
    if (const auto known = indices_.find(text); known != indices_.end()) {
        return known->second;
    }
    items_.emplace_back(text);
    const Index index = static_cast<Index>(items_.size() - 1);
    indices_.emplace(items_.back(), index);
    return index;
}

Index Texts::find(std::string_view text) const {
    const auto known = indices_.find(text);
    return known == indices_.end() ? kNone : known->second;
}

std::size_t SealedTable::Hash::operator()(const Sealed& sealed) const {
    std::size_t hash = 0;
    std::memcpy(&hash, sealed.identity.data(), sizeof hash);
    return hash;
}

Index SealedTable::add(const Sealed& sealed) {
    const auto [place, is_new] = indices_.emplace(sealed, static_cast<Index>(items_.size()));
    if (is_new) {
        items_.push_back(sealed);
    }
    return place->second;
}

std::string stanza_text_of(const std::string& recipient) {
    if (!recipient.starts_with("ssh-")) {
        return {};
    }
    try {
        const ssh::PublicKey key = ssh::parse_public_key(recipient);
        const crypto::Sha256Digest digest = crypto::sha256(key.wire);
        const std::string type = key.type == ssh::KeyType::Ed25519 ? "ssh-ed25519 " : "ssh-rsa ";
        return type + codec::encode_base64(ByteView(digest).first(4), codec::Padding::Forbidden);
    } catch (const Error&) {
        return {};
    }
}

sops::EncryptedFile parse_document(ByteView content, sops::Format format) {
    try {
        return sops::EncryptedFile::parse(to_text(content), format);
    } catch (const Error&) {
        for (const sops::Format other : kFormats) {
            try {
                if (other != format) {
                    return sops::EncryptedFile::parse(to_text(content), other);
                }
            } catch (const Error&) {
                // What the name promised says best what is wrong.
            }
        }
        throw;
    }
}

Sealed identity_of(std::string_view additional, std::string_view envelope) {
    std::string whole(additional);
    whole.push_back('\0');
    whole.append(envelope);
    return identity_of_bytes(as_bytes(whole), sops::value_bytes(envelope).value_or(0));
}

BlobFacts read_facts(Tables& tables, ByteView content, sops::Format format) {
    BlobFacts facts;
    const bool is_age = age::looks_like_age_file(content);
    const bool has_envelopes = contains(content, kEnvelopeBegin);
    if (!is_age && !has_envelopes && !(contains(content, "sops") && contains(content, "mac"))) {
        return facts;
    }
    try {
        if (is_age) {
            add_age_facts(tables, content, facts);
        } else if (has_envelopes) {
            add_sops_facts(tables, parse_document(content, format), facts);
        } else if (sops::is_encrypted(as_text(content), format)) {
            add_sops_facts(tables, sops::EncryptedFile::parse(to_text(content), format), facts);
        }
    } catch (const Error& error) {
        facts = BlobFacts();
        facts.kind = BlobKind::Broken;
        facts.problem = tables.texts.add(error.full_message());
    }
    return facts;
}

}  // namespace bestow::history
