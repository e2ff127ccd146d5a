#include "operations/audit.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "history/gap.hpp"
#include "operations/acknowledged_gaps.hpp"
#include "operations/audit_commands.hpp"
#include "operations/audit_exposures.hpp"
#include "operations/audit_present.hpp"
#include "operations/recipient_form.hpp"

#include <algorithm>
#include <tuple>

namespace bestow::operations {
namespace {

using history::BlobKind;

/// True for a secret's key path itself and for everything below it, both as text.
bool is_at_or_below(std::string_view key, std::string_view ancestor) {
    return ancestor == "." || key == ancestor ||
           (key.starts_with(ancestor) && (key[ancestor.size()] == '.' || key[ancestor.size()] == '['));
}

/// Which declared secret a value belongs to.
class SecretNames {
  public:
    explicit SecretNames(const PolicyView& view) {
        for (const policy::SecretSource& source : view.sources) {
            by_file_[source.file].emplace_back(document::to_text(source.key), source.secret->name);
        }
    }

    /// The secret that is this very value, else one that it is a part of; empty for none.
    [[nodiscard]] std::string find(const std::string& file, const std::string& key) const {
        const auto secrets = by_file_.find(file);
        std::string found;
        for (const auto& [own, name] : secrets == by_file_.end() ? Secrets() : secrets->second) {
            if (own == key) {
                return name;
            }
            if (found.empty() && is_at_or_below(key, own)) {
                found = name;
            }
        }
        return found;
    }

  private:
    using Secrets = std::vector<std::pair<std::string, std::string>>;  ///< key path and name
    std::map<std::string, Secrets> by_file_;
};

Entitled entitled_to(const OpenStore& store, const std::string& file) {
    Entitled entitled;
    for (const policy::Reader& reader : store.readers_of(file)) {
        entitled.keys.insert(canonical_recipient(reader.recipient));
        entitled.keys.insert(canonical_recipient(reader.key));
        if (reader.kind != policy::Reader::Kind::Recipient) {
            entitled.holders.insert(
                {reader.kind == policy::Reader::Kind::Host ? KeyHolder::Kind::Host : KeyHolder::Kind::Operator,
                 reader.name});
        }
    }
    return entitled;
}

/// "pgp FINGERPRINT" and its like, as facts have them.
bool is_foreign_key(const std::string& recipient) {
    return recipient.find(' ') != std::string::npos && !recipient.starts_with("ssh-");
}

FilesInUse files_in_use(const OpenStore& store, const AuditModel& model, Readers& readers) {
    FilesInUse files;
    for (const WorkFile& file : model.work_files) {
        const std::string& name = model.text(file.path);
        const Entitled entitled = entitled_to(store, name);
        for (const Index key : readers.of_blob(file.blob)) {
            if (is_foreign_key(readers.canonical(key))) {
                files.foreign_keys[name].insert(readers.canonical(key));
            } else if (!entitled.keys.contains(readers.canonical(key))) {
                files.drifting.insert(name);
            }
        }
        if (model.facts(file.blob).kind == BlobKind::Age) {
            files.age.insert(name);
        }
    }
    return files;
}

bool is_asked_for(const AuditRequest& request, const ValueInUse& value, const std::string& file) {
    return (request.secrets.empty() || request.secrets.contains(value.secret)) &&
           (request.files.empty() || request.files.contains(file));
}

bool is_asked_for(const AuditRequest& request, const std::set<std::string>& keys, const Exposure& exposure) {
    const KeyHolder& holder = exposure.holder;
    return (request.host.empty() || (holder.kind == KeyHolder::Kind::Host && holder.name == request.host)) &&
           (request.operator_name.empty() ||
            (holder.kind == KeyHolder::Kind::Operator && holder.name == request.operator_name)) &&
           (keys.empty() || keys.contains(canonical_recipient(exposure.recipient)));
}

/// A question about nobody would be answered with nothing, which reads like good news.
void expect_known(const AuditRequest& request, const AuditModel& model, const Holders& holders) {
    if (!request.host.empty()) {
        holders.expect_known(KeyHolder::Kind::Host, request.host);
    }
    if (!request.operator_name.empty()) {
        holders.expect_known(KeyHolder::Kind::Operator, request.operator_name);
    }
    for (const std::string& name : request.files) {
        if (std::none_of(model.work_files.begin(), model.work_files.end(),
                         [&](const WorkFile& file) { return model.text(file.path) == name; })) {
            throw Error(ErrorKind::NotFound, format("there is no encrypted file {}", quoted(name)));
        }
    }
}

/// Throws Error(NotFound) for a fingerprint that no policy's key ever had.
std::set<std::string> canonical_keys(const AuditRequest& request, const Holders& holders) {
    std::set<std::string> keys;
    for (const std::string& key : request.keys) {
        if (!key.starts_with("SHA256:")) {
            keys.insert(canonical_recipient(key));
            continue;
        }
        const std::vector<std::string> found = holders.with_fingerprint(key);
        if (found.empty()) {
            throw Error(ErrorKind::NotFound,
                        format("no policy ever declared a key with the fingerprint {}", quoted(key)),
                        "give the public key itself, or a file that holds it");
        }
        keys.insert(found.begin(), found.end());
    }
    return keys;
}

/// What holds ciphertext and is no document: where values lie or lay, each such blob is a gap. Elsewhere, a text that
/// only speaks of envelopes, a manual say, is told of once, and hides nothing.
void add_broken(const AuditModel& model, AuditResult& result) {
    std::map<std::pair<Index, Index>, const history::Version*> first;  // by path and blob
    for (const history::Version& version : model.history.versions) {
        if (version.blob == kNone || model.facts(version.blob).kind != BlobKind::Broken) {
            continue;
        }
        const Index blob = model.is_suspicious(version.path) ? version.blob : kNone;
        const history::Version*& earliest = first.try_emplace({version.path, blob}, &version).first->second;
        earliest = version.first < earliest->first ? &version : earliest;
    }
    const history::Known& known = model.history.known;
    for (const auto& [place, version] : first) {
        const std::string& path = model.text(version->path);
        history::Unreadable warning{model.history.commits[version->first].name, path,
                                    model.text(model.facts(version->blob).problem)};
        warning.hides = place.second != kNone;
        if (warning.hides) {
            const std::string& object = known.objects.at(known.blob(version->blob).object);
            warning.gap = history::gap_identity(history::GapReason::NotParsed, object, path);
        }
        result.warnings.push_back(std::move(warning));
    }
}

void add_warnings(const AuditModel& model, AuditResult& result) {
    const history::Repository& repository = model.history.repository;
    if (repository.is_shallow) {
        result.warnings.push_back(
            {"", "", "this is a shallow clone: who could read a value before its oldest commit is not known"});
    }
    const auto remark = [&](std::string why) { result.warnings.push_back({"", "", std::move(why), "", false}); };
    if (repository.is_partial) {
        remark("this is a partial clone: what it left out is not fetched, and not known");
    }
    if (model.history.commits.empty()) {
        remark("there is no commit yet: nothing was ever handed on");
    }
    result.warnings.insert(result.warnings.end(), model.history.unreadable.begin(), model.history.unreadable.end());
    add_broken(model, result);
}

void count(const AuditModel& model, AuditResult& result) {
    std::set<Index> blobs;
    std::set<Index> unopened;
    for (const history::Version& version : model.history.versions) {
        if (version.blob == kNone || !blobs.insert(version.blob).second || !model.is_encrypted(version.blob)) {
            continue;
        }
        const std::vector<LeafNode>& leaves = model.leaves[version.blob];
        if (std::any_of(leaves.begin(), leaves.end(),
                        [&](const LeafNode& leaf) { return model.values[leaf.node] == kNone; })) {
            unopened.insert(version.blob);
        }
    }
    result.commits = model.history.commits.size();
    result.blobs = blobs.size();
    result.cached = blobs.size() - std::min(blobs.size(), model.history.read);
    result.unopened = unopened.size();
    result.bounded = unopened.empty();
}

void sort_exposures(std::vector<Exposure>& exposures) {
    std::sort(exposures.begin(), exposures.end(), [](const Exposure& one, const Exposure& other) {
        const auto order = [](const Exposure& exposure) {
            return std::tie(exposure.superseded, exposure.holder.kind, exposure.holder.name, exposure.recipient,
                            exposure.file, exposure.key);
        };
        return order(one) < order(other);
    });
}

void add_values(const OpenStore& store, const AuditRequest& request, AuditModel& model, Exposures& exposures,
                AuditResult& result) {
    const SecretNames names(store.view());
    for (const WorkFile& file : model.work_files) {
        const std::string& name = model.text(file.path);
        const Entitled entitled = entitled_to(store, name);
        for (const LeafNode& leaf : model.leaves[file.blob]) {
            if (leaf.in_clear) {
                continue;
            }
            const ValueInUse value{names.find(name, model.text(leaf.key)), file.path, leaf, &entitled, file.blob};
            if (is_asked_for(request, value, name)) {
                exposures.add(value, result);
            }
        }
    }
}

}  // namespace

AuditResult audit_store(OpenStore& store, const AuditRequest& request) {
    AuditModel model(history::read_history(store.store(), {request.all, request.use_cache, request.progress}));
    add_work_files(model, store.store());
    add_leaves(model);
    find_suspicious_paths(model);
    add_fingerprints(model, store.store(), {&request.key_identities, &store.identities().identities});

    Holders holders(model, store);
    expect_known(request, model, holders);
    const std::set<std::string> keys = canonical_keys(request, holders);
    Readers readers(model, holders, request, store.store());
    Lineage lineage(model);
    Exposures exposures(model, lineage, readers, holders);
    AuditResult result;
    add_values(store, request, model, exposures, result);
    for (std::vector<Exposure>* const exposed : {&result.exposures, &result.possible}) {
        std::erase_if(*exposed, [&](const Exposure& exposure) { return !is_asked_for(request, keys, exposure); });
        sort_exposures(*exposed);
    }
    result.entitled = entitled_now(store, keys);
    for (history::Unreadable& unread : unread_files(store, request)) {
        result.warnings.push_back(std::move(unread));
    }
    result.commands = closing_commands(store, result.exposures, files_in_use(store, model, readers));
    add_warnings(model, result);
    set_acknowledged_aside(store, result);
    count(model, result);
    return result;
}

}  // namespace bestow::operations
