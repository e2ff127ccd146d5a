#include "history/value_ages.hpp"

#include "base/error.hpp"
#include "document/key_path.hpp"
#include "history/groups.hpp"

#include <algorithm>
#include <set>

namespace bestow::history {
namespace {

/// Only keys changed between these two: the values in the same places are the same.
bool kept_values(const BlobFacts& before, const BlobFacts& after) {
    return before.kind == BlobKind::Sops && after.kind == BlobKind::Sops && before.last_modified == after.last_modified;
}

void join_kept(const BlobFacts& before, const BlobFacts& after, Groups& groups) {
    std::map<Index, Index> sealed;
    for (const LeafFact& leaf : before.leaves) {
        sealed[leaf.key] = leaf.sealed;
    }
    for (const LeafFact& leaf : after.leaves) {
        const auto was = sealed.find(leaf.key);
        if (was != sealed.end() && was->second != kNone && leaf.sealed != kNone) {
            groups.join(was->second, leaf.sealed);
        }
    }
}

/// A blob of the working tree, which may have been committed or not.
struct FileNow {
    std::string name;
    Index blob = kNone;
};

std::vector<FileNow> files_now(History& history, const store::Store& store) {
    std::vector<FileNow> files;
    std::set<Index> paths;
    for (const Version& version : history.versions) {
        if (version.blob != kNone && history.facts(version.blob).kind != BlobKind::Plaintext) {
            paths.insert(version.path);
        }
    }
    for (const Index path : paths) {
        const std::string name = history.path(path);
        const std::optional<std::string> text = store.try_read_text(name);
        if (!text) {
            continue;
        }
        const sops::Format format = sops::format_of(name);
        const Index object = history.known.objects.add(blob_name(history.repository.uses_sha256, as_bytes(*text)));
        Index blob = history.known.find_blob(object, format);
        if (blob == kNone) {
            blob = history.known.add_blob({object, format, read_facts(history.known.tables, as_bytes(*text), format)});
        }
        files.push_back({name, blob});
    }
    return files;
}

/// Envelopes by value.
Groups same_values(const History& history, const std::vector<FileNow>& files) {
    Groups groups;
    const auto join = [&](Index before, Index after) {
        if (before != kNone && after != kNone && kept_values(history.facts(before), history.facts(after))) {
            join_kept(history.facts(before), history.facts(after), groups);
        }
    };
    for (const Change& change : history.changes) {
        join(change.before, change.after);
    }
    std::map<std::string, Index> head;
    for (const Version& version : history.versions) {
        if (version.at_head && version.blob != kNone) {
            head[history.path(version.path)] = version.blob;
        }
    }
    for (const FileNow& file : files) {
        const auto committed = head.find(file.name);
        join(committed == head.end() ? kNone : committed->second, file.blob);
    }
    return groups;
}

std::map<Index, std::int64_t> earliest_seconds(const History& history, Groups& groups) {
    std::map<Index, std::int64_t> earliest;
    for (const Version& version : history.versions) {
        if (version.blob == kNone) {
            continue;
        }
        const std::int64_t seconds = history.commits[version.first].seconds;
        for (const LeafFact& leaf : history.facts(version.blob).leaves) {
            if (leaf.sealed != kNone) {
                const auto [place, is_new] = earliest.try_emplace(groups.find(leaf.sealed), seconds);
                place->second = std::min(place->second, seconds);
            }
        }
    }
    return earliest;
}

}  // namespace

ValueAges::ValueAges(const store::Store& store) {
    History history = read_history(store, {});
    const std::vector<FileNow> files = files_now(history, store);
    Groups groups = same_values(history, files);
    const std::map<Index, std::int64_t> earliest = earliest_seconds(history, groups);
    const std::string whole = document::to_text({});
    for (const FileNow& file : files) {
        std::optional<std::int64_t> newest;
        bool all_known = true;
        for (const LeafFact& leaf : history.facts(file.blob).leaves) {
            const auto found = leaf.sealed == kNone ? earliest.end() : earliest.find(groups.find(leaf.sealed));
            if (found != earliest.end()) {
                seconds_[{file.name, history.known.tables.texts.at(leaf.key)}] = found->second;
                newest = std::max(newest.value_or(found->second), found->second);
            }
            all_known = all_known && (leaf.sealed == kNone || found != earliest.end());
        }
        if (newest && all_known) {
            seconds_[{file.name, whole}] = *newest;
        }
    }
}

std::optional<std::string> ValueAges::changed_at(const std::string& file, const std::string& key) const {
    const auto found = seconds_.find({file, key});
    return found == seconds_.end() ? std::nullopt : std::optional(os::utc_timestamp(found->second));
}

std::optional<ValueAges> try_value_ages(const store::Store& store) {
    if (!find_work_tree(store.system(), store.path())) {
        return std::nullopt;
    }
    try {
        return ValueAges(store);
    } catch (const Error&) {
        return std::nullopt;
    }
}

}  // namespace bestow::history
