#include "operations/audit_readers.hpp"

#include "age/stream_file.hpp"
#include "base/error.hpp"
#include "operations/recipient_form.hpp"

#include <algorithm>

namespace bestow::operations {

constexpr std::string_view kPassphraseStanza = "scrypt";
constexpr std::string_view kNoiseStanza = "-grease";  // that age programs add at random, and nobody can open

using history::BlobFacts;
using history::BlobKind;

Readers::Readers(AuditModel& model, Holders& holders, const AuditRequest& request, const store::Store& store)
    : model_(model), holders_(holders), everybody_(add("")) {
    try_named_keys(store, request.key_identities);
    for (const std::string& key : request.keys) {
        // A fingerprint is one of a declared key.
        if (!key.starts_with("SHA256:")) {
            asked_for_.insert(name(key));
        }
    }
    for (const std::string& key : holders.ever_declared()) {
        ever_declared_.insert(name(key));
    }
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
    const Index key = name(recipient);
    if (shown_[key].empty()) {
        shown_[key] = recipient;
    }
    return key;
}

Index Readers::name(const std::string& recipient) {
    const Index key = keys_.add(canonical_recipient(recipient));
    shown_.resize(keys_.size());
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

std::vector<VersionReader> Readers::of_new_age_file(Index path, Index blob) {
    const Index head = model_.history.head;
    return of_age_file({path, blob, head, head, false});
}

/// Named stanzas say whose they are, as far as their few bits go. Of the others, only their number is known.
std::vector<VersionReader> Readers::of_age_file(const history::Version& version) {
    std::vector<VersionReader> readers;
    std::set<Index> seen;
    std::size_t anonymous = 0;
    const auto take = [&](Index key, bool certain) {
        if (seen.insert(key).second) {
            readers.push_back({key, certain});
        }
    };
    for (const Index text : model_.facts(version.blob).readers) {
        const std::string& stanza = model_.text(text);
        if (stanza == kPassphraseStanza) {
            take(add(stanza), false);
        } else if (!stanza.starts_with("ssh-")) {
            anonymous += stanza.ends_with(kNoiseStanza) ? 0 : 1;
        } else if (const std::vector<std::string> fitting = holders_.recipients_of_stanza(stanza); fitting.empty()) {
            take(add(stanza), true);
        } else {
            for (const std::string& recipient : fitting) {
                take(add(recipient), fitting.size() == 1);
            }
        }
    }
    if (const auto opened = opened_by_.find(version.blob); opened != opened_by_.end()) {
        for (const Index key : opened->second) {
            anonymous -= !seen.contains(key) && anonymous > 0 ? 1 : 0;
            take(key, true);
        }
    }
    for (const Index key : possible_readers(version, seen, anonymous)) {
        take(key, false);
    }
    return readers;
}

/// Whose stanzas that tell no names may be: whom the policy of the commit that brought the file entitled, if these are
/// no fewer. Else everybody whom any policy ever declared, and somebody unknown where there are too few of those.
std::set<Index> Readers::possible_readers(const history::Version& version, const std::set<Index>& named,
                                          std::size_t stanzas) {
    std::set<Index> keys;
    if (stanzas == 0) {
        return keys;
    }
    const auto is_possible = [&](Index key) {
        return !named.contains(key) && !tried_.contains(key) && !canonical(key).starts_with("ssh-");
    };
    const auto take = [&](Index key) {
        if (is_possible(key)) {
            keys.insert(key);
        }
    };
    if (version.first != kNone) {
        for (const std::string& recipient : holders_.readers_at(version.first, model_.text(version.path))) {
            take(add(recipient));
        }
    }
    if (keys.size() < stanzas) {
        std::for_each(ever_declared_.begin(), ever_declared_.end(), take);
        if (keys.size() < stanzas) {
            take(add(std::string(history::kAnonymousStanza)));
        }
        std::for_each(asked_for_.begin(), asked_for_.end(), take);
    }
    return keys;
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
