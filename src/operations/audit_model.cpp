#include "operations/audit_model.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace bestow::operations {

using history::BlobFacts;
using history::BlobKind;

std::uint64_t AuditModel::value_bytes(Index node) const {
    if (values[node] != kNone) {
        return fingerprints.at(values[node]).value_bytes;
    }
    return node < history.known.tables.sealed.size() ? history.known.tables.sealed.at(node).value_bytes : 0;
}

void add_work_files(AuditModel& model, const store::Store& store) {
    history::Known& known = model.history.known;
    for (const std::string& name : store.match_files("**")) {
        std::optional<std::string> text = store.try_read_text(name);
        if (!text) {
            continue;
        }
        const sops::Format format = sops::format_of(name);
        const Index object =
            known.objects.add(history::blob_name(model.history.repository.uses_sha256, as_bytes(*text)));
        Index blob = known.find_blob(object, format);
        if (blob == kNone) {
            blob = known.add_blob({object, format, history::read_facts(known.tables, as_bytes(*text), format)});
        }
        if (model.is_encrypted(blob)) {
            model.work_files.push_back({known.tables.texts.add(name), blob, std::move(*text)});
        }
    }
}

void add_leaves(AuditModel& model) {
    const history::Known& known = model.history.known;
    model.nodes = known.tables.sealed.size();
    model.leaves.resize(known.blob_count());
    for (Index blob = 0; blob < known.blob_count(); ++blob) {
        for (const history::LeafFact& leaf : model.facts(blob).leaves) {
            const bool in_clear = leaf.sealed == kNone;
            model.leaves[blob].push_back(
                {leaf.key, in_clear ? static_cast<Index>(model.nodes++) : leaf.sealed, in_clear});
        }
    }
    model.values.assign(model.nodes, kNone);
}

void find_suspicious_paths(AuditModel& model) {
    for (const WorkFile& file : model.work_files) {
        model.suspicious_paths.insert(file.path);
    }
    const std::vector<history::Change>& changes = model.history.changes;
    std::size_t arrived = 0;                      // encrypted files, up to here
    std::map<Index, std::size_t> arrived_before;  // those that were there before a path was
    for (std::size_t begin = 0, end = 0; begin < changes.size(); begin = end) {
        const std::size_t before = arrived;
        std::vector<Index> gone;
        for (; end < changes.size() && changes[end].commit == changes[begin].commit; ++end) {
            const history::Change& change = changes[end];
            if (model.is_encrypted(change.before) || model.is_encrypted(change.after)) {
                model.suspicious_paths.insert(change.path);
            }
            arrived += change.before == kNone && model.is_encrypted(change.after) ? 1 : 0;
            if (change.before == kNone) {
                arrived_before.try_emplace(change.path, before);
            } else if (change.after == kNone && !model.is_encrypted(change.before)) {
                gone.push_back(change.path);
            }
        }
        for (const Index path : gone) {
            const auto since = arrived_before.find(path);
            if (since == arrived_before.end() || since->second != arrived) {
                model.suspicious_paths.insert(path);
            }
        }
    }
}

}  // namespace bestow::operations
