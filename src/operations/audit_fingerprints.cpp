#include "base/error.hpp"
#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "document/key_path.hpp"
#include "operations/audit_model.hpp"
#include "operations/recipient_form.hpp"
#include "sops/standing_leaf.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

namespace bestow::operations {
namespace {

using history::BlobFacts;
using history::BlobKind;

constexpr std::size_t kKeyBytes = 32;

/// What one identity after another opens; each set of wrapped data keys once.
class Opener {
  public:
    explicit Opener(std::vector<const age::Identities*> identities) : identities_(std::move(identities)) {
        for (const age::Identities* list : identities_) {
            for (const auto& identity : *list) {
                const std::string recipient = identity->recipient_text();
                may_open_anything_ = may_open_anything_ || recipient.empty();
                own_.insert(canonical_recipient(recipient));
                own_.insert(history::stanza_text_of(recipient));
                has_any_ = true;
            }
        }
    }

    [[nodiscard]] bool may_open(const AuditModel& model, const BlobFacts& facts) {
        if (!has_any_ || may_open_anything_) {
            return has_any_;
        }
        return std::any_of(facts.readers.begin(), facts.readers.end(),
                           [&](Index reader) { return is_own(model, reader); });
    }

    std::optional<SecretBytes> open_age(ByteView file) {
        return first_that_opens(
            [&](const age::Identities& identities) { return age::decrypt(file, identities, history::kMaxBlobBytes); });
    }

    /// nullptr when nothing opens it. The key may be a wrong one of a forged document: whoever uses it must see.
    const SecretBytes* data_key(const sops::EncryptedFile& document, const BlobFacts& facts) {
        // The very same entries: a forged document may hold one of another document's beside its own.
        const auto [place, is_new] = by_wrapped_.try_emplace(facts.wrapped);
        if (is_new) {
            place->second =
                first_that_opens([&](const age::Identities& identities) { return document.data_key(identities); });
        }
        return place->second ? &*place->second : nullptr;
    }

  private:
    /// Whether a reader, as facts have it, may be one of ours.
    bool is_own(const AuditModel& model, Index reader) {
        const auto [place, is_new] = readers_.try_emplace(reader, false);
        if (is_new) {
            const std::string& text = model.text(reader);
            place->second =
                text == history::kAnonymousStanza || own_.contains(text) || own_.contains(canonical_recipient(text));
        }
        return place->second;
    }

    template <typename Open>
    std::optional<SecretBytes> first_that_opens(Open open) {
        for (const age::Identities* list : identities_) {
            try {
                if (std::optional<SecretBytes> opened = open(*list)) {
                    return opened;
                }
            } catch (const Error&) {
                // Broken, or under a passphrase that nobody gives: it counts as not opened.
            }
        }
        return std::nullopt;
    }

    std::vector<const age::Identities*> identities_;
    bool has_any_ = false;
    bool may_open_anything_ = false;
    std::set<std::string> own_;
    std::unordered_map<Index, bool> readers_;  ///< those that were looked at
    std::map<std::vector<Index>, std::optional<SecretBytes>> by_wrapped_;
};

class Fingerprinter {
  public:
    Fingerprinter(AuditModel& model, Opener opener)
        : model_(model), opener_(std::move(opener)), key_(crypto::random_secret(kKeyBytes)) {}

    void run(const store::Store& store) {
        choose_blobs();
        open_chosen(store);
        choose_the_rest();
        open_chosen(store);
    }

  private:
    void open_chosen(const store::Store& store) {
        std::unordered_map<std::string_view, std::vector<Index>> blobs;
        std::vector<std::string> names;
        const history::Known& known = model_.history.known;
        for (const Index blob : chosen_) {
            const std::string& name = known.objects.at(known.blob(blob).object);
            if (blobs[name].empty()) {
                names.push_back(name);
            }
            blobs[name].push_back(blob);
        }
        const history::Git git = history::git_of(store);
        history::read_blobs(git, names,
                            {[&](std::string_view name, ByteView content) {
                                 for (const Index blob : blobs.at(name)) {
                                     open(blob, content);
                                 }
                             },
                             [](std::string_view /*name*/, const std::string& /*why*/) {}});
    }

    /// The blobs of the working tree are opened at once; of history, those that hold an envelope which no blob before
    /// them has.
    void choose_blobs() {
        tried_.assign(model_.nodes, false);
        for (const WorkFile& file : model_.work_files) {
            if (is_worth_opening(file.blob)) {
                open(file.blob, as_bytes(file.content));
            }
        }
        std::set<Index> seen;
        for (const history::Version& version : model_.history.versions) {
            if (version.blob == kNone || !seen.insert(version.blob).second) {
                continue;
            }
            const bool is_plaintext = model_.facts(version.blob).kind == BlobKind::Plaintext;
            if (is_plaintext ? model_.is_suspicious(version.path) : is_worth_opening(version.blob)) {
                chosen_.push_back(version.blob);
            }
        }
    }

    /// What was expected to open an envelope may have been a forgery of the document that does.
    void choose_the_rest() {
        std::set<Index> seen(chosen_.begin(), chosen_.end());
        chosen_.clear();
        for (const history::Version& version : model_.history.versions) {
            const Index blob = version.blob;
            if (!model_.is_encrypted(blob) || !seen.insert(blob).second) {
                continue;
            }
            const std::vector<LeafNode>& leaves = model_.leaves[blob];
            const bool is_closed = std::any_of(leaves.begin(), leaves.end(),
                                               [&](const LeafNode& leaf) { return model_.values[leaf.node] == kNone; });
            if (is_closed && opener_.may_open(model_, model_.facts(blob))) {
                chosen_.push_back(blob);
            }
        }
    }

    bool is_worth_opening(Index blob) {
        if (!model_.is_encrypted(blob)) {
            return false;
        }
        const bool may_open = opener_.may_open(model_, model_.facts(blob));
        model_.unopened += may_open ? 0 : 1;
        bool is_worth = false;
        for (const LeafNode& leaf : model_.leaves[blob]) {
            is_worth = is_worth || leaf.in_clear || (may_open && !tried_[leaf.node]);
            if (may_open) {
                tried_[leaf.node] = true;
            }
        }
        return is_worth;
    }

    void open(Index blob, ByteView content) {
        try {
            const BlobFacts& facts = model_.facts(blob);
            if (facts.kind == BlobKind::Age) {
                if (const std::optional<SecretBytes> plaintext = opener_.open_age(content)) {
                    note(model_.leaves[blob].front().node, plaintext->view());
                }
            } else if (facts.kind == BlobKind::Sops) {
                open_document(blob, history::parse_document(content, model_.history.known.blob(blob).format));
            } else {
                add_plaintext(blob, content);
            }
        } catch (const Error&) {
            // Facts say already what is broken, and plaintext of another form holds no values.
        }
    }

    void open_document(Index blob, const sops::EncryptedFile& document) {
        const SecretBytes* const data_key = opener_.data_key(document, model_.facts(blob));
        std::optional<sops::ValueCipher> cipher;
        if (data_key != nullptr) {
            cipher.emplace(data_key->view());
        }
        std::size_t place = 0;
        sops::visit_leaves(document, [&](const sops::StandingLeaf& leaf) {
            const LeafNode& node = model_.leaves[blob].at(place++);
            if (leaf.plain != nullptr) {
                note_plain(node.node, leaf);
            } else if (cipher && model_.values[node.node] == kNone) {
                if (const std::optional<SecretBytes> value = sops::open_leaf(leaf, *cipher)) {
                    note(node.node, value->view());
                }
            }
        });
    }

    void note_plain(Index node, const sops::StandingLeaf& leaf) {
        if (const std::optional<SecretBytes> value = sops::plain_bytes(leaf)) {
            note(node, value->view());
        }
    }

    void add_plaintext(Index blob, ByteView content) {
        for (const sops::Value& value : sops::plaintext_values(content, model_.history.known.blob(blob).format)) {
            const Index node = static_cast<Index>(model_.nodes++);
            model_.values.push_back(kNone);
            const Index key = model_.history.known.tables.texts.add(document::to_text(value.path));
            model_.leaves[blob].push_back({key, node, true});
            note(node, value.bytes.view());
        }
    }

    /// Whoever moves a value between an age file and a document adds a final newline, or loses it.
    void note(Index node, ByteView plaintext) {
        if (!plaintext.empty() && plaintext.back() == '\n') {
            plaintext = plaintext.first(plaintext.size() - 1);
        }
        const crypto::Sha256Digest digest = crypto::hmac_sha256(key_.view(), {plaintext});
        history::Sealed fingerprint;
        std::copy_n(digest.begin(), fingerprint.identity.size(), fingerprint.identity.begin());
        fingerprint.value_bytes = plaintext.size();
        model_.values[node] = model_.fingerprints.add(fingerprint);
    }

    AuditModel& model_;
    Opener opener_;
    SecretBytes key_;
    std::vector<bool> tried_;  ///< by node: a blob is chosen that tells its value
    std::vector<Index> chosen_;
};

}  // namespace

void add_fingerprints(AuditModel& model, const store::Store& store,
                      const std::vector<const age::Identities*>& identities) {
    Fingerprinter(model, Opener(identities)).run(store);
}

}  // namespace bestow::operations
