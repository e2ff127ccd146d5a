#include "operations/audit_readers.hpp"

#include "age/stream_file.hpp"
#include "base/error.hpp"
#include "operations/recipient_form.hpp"

#include <algorithm>

namespace bestow::operations {

using history::BlobFacts;
using history::BlobKind;

Readers::Readers(AuditModel& model, Holders& holders, const AuditRequest& request, const store::Store& store)
    : model_(model), holders_(holders), everybody_(add("")) {
    try_named_keys(store, request.key_identities);
    for (const history::Version& version : model.history.versions) {
        std::vector<VersionReader>& readers = by_version_.emplace_back();
        if (version.blob == kNone) {
            continue;
        }
        if (model.facts(version.blob).kind == BlobKind::Age) {
            readers = of_age_file(version);
            continue;
        }
        for (const Index key : of_blob(version.blob)) {
            readers.push_back({key, !model.facts(version.blob).needs_several});
        }
    }
}

Index Readers::add(const std::string& recipient) {
    const Index key = keys_.add(canonical_recipient(recipient));
    if (key == shown_.size()) {
        shown_.push_back(recipient);
    }
    return key;
}

Index Readers::of_text(Index text) {
    const auto [place, is_new] = keys_of_texts_.try_emplace(text, kNone);
    if (is_new) {
        place->second = add(model_.text(text));
    }
    return place->second;
}

std::vector<Index> Readers::of_blob(Index blob) {
    std::vector<Index> keys;
    if (model_.facts(blob).kind == BlobKind::Sops) {
        for (const Index text : model_.facts(blob).readers) {
            keys.push_back(of_text(text));
        }
    }
    return keys;
}

/// Named stanzas say whose they are. For the others, whom the policy of the commit that brought the file entitled is
/// taken, save those who are named, and the named keys, which were tried.
std::vector<VersionReader> Readers::of_age_file(const history::Version& version) {
    std::vector<VersionReader> readers;
    std::set<Index> seen;
    bool is_anonymous = false;
    const auto take = [&](Index key, bool certain) {
        if (seen.insert(key).second) {
            readers.push_back({key, certain});
        }
    };
    for (const Index text : model_.facts(version.blob).readers) {
        const std::string& stanza = model_.text(text);
        if (stanza.starts_with("ssh-")) {
            const std::string recipient = holders_.recipient_of_stanza(stanza);
            take(add(recipient.empty() ? stanza : recipient), true);
        } else {
            is_anonymous = is_anonymous || stanza == history::kAnonymousStanza;
        }
    }
    if (const auto opened = opened_by_.find(version.blob); opened != opened_by_.end()) {
        for (const Index key : opened->second) {
            take(key, true);
        }
    }
    if (is_anonymous) {
        for (const std::string& recipient : holders_.readers_at(version.first, model_.text(version.path))) {
            const Index key = add(recipient);
            if (!tried_.contains(key)) {
                take(key, false);
            }
        }
    }
    return readers;
}

void Readers::try_named_keys(const store::Store& store, const age::Identities& identities) {
    std::map<std::string, std::vector<Index>> blobs;
    std::vector<std::string> names;
    for (const history::Version& version : model_.history.versions) {
        if (!identities.empty() && version.blob != kNone && model_.facts(version.blob).kind == BlobKind::Age) {
            const history::Known& known = model_.history.known;
            std::vector<Index>& same = blobs[known.objects.at(known.blob(version.blob).object)];
            if (same.empty()) {
                names.push_back(known.objects.at(known.blob(version.blob).object));
            }
            same.push_back(version.blob);
        }
    }
    for (const auto& identity : identities) {
        if (!identity->recipient_text().empty()) {
            tried_.insert(add(identity->recipient_text()));
        }
    }
    const auto try_all = [&](std::string_view name, ByteView content) {
        MemorySource source(content);
        try {
            const age::FileSummary summary = age::inspect_stream(source);
            for (const auto& identity : identities) {
                if (!identity->recipient_text().empty() && identity->unwrap(summary.stanzas)) {
                    for (const Index blob : blobs.at(std::string(name))) {
                        opened_by_[blob].insert(add(identity->recipient_text()));
                    }
                }
            }
        } catch (const Error&) {
            // A broken stanza opens to nobody.
        }
    };
    const history::Git git = history::git_of(store);
    history::read_blobs(git, names, {try_all, [](std::string_view /*name*/, const std::string& /*why*/) {}});
}

}  // namespace bestow::operations
