#include "operations/audit_lineage.hpp"

#include <algorithm>
#include <functional>

namespace bestow::operations {
namespace {

using history::BlobFacts;
using history::BlobKind;
using history::Change;

constexpr std::string_view kPrevious = ".previous";

std::uint64_t pair_of(Index one, Index other) {
    return (std::uint64_t{one} << 32U) | other;
}

/// The changes of each commit, and those of the working tree behind HEAD.
std::vector<std::vector<Change>> steps_of(const AuditModel& model) {
    std::vector<std::vector<Change>> steps;
    Index commit = kNone;
    for (const Change& change : model.history.changes) {
        if (steps.empty() || change.commit != commit) {
            steps.emplace_back();
            commit = change.commit;
        }
        steps.back().push_back(change);
    }
    std::map<Index, Change> work;
    for (const history::Version& version : model.history.versions) {
        if (version.at_head && version.blob != kNone) {
            work[version.path] = {kNone, version.path, version.blob, kNone};
        }
    }
    for (const WorkFile& file : model.work_files) {
        Change& change = work.try_emplace(file.path, Change{kNone, file.path, kNone, kNone}).first->second;
        change.after = file.blob;
    }
    steps.emplace_back();
    for (const auto& [path, change] : work) {
        if (change.before != change.after && (model.is_encrypted(change.before) || change.after != kNone)) {
            steps.back().push_back(change);
        }
    }
    return steps;
}

/// Every piece of ciphertext in a blob.
void visit_sealed(const AuditModel& model, Index blob, const std::function<void(Index)>& visit) {
    for (const Index wrapped : model.facts(blob).wrapped) {
        visit(wrapped);
    }
    for (const history::LeafFact& leaf : model.facts(blob).leaves) {
        if (leaf.sealed != kNone) {
            visit(leaf.sealed);
        }
    }
}

/// Where `rotate` keeps the value that stood under a key before, both as text; empty for an item of a list.
std::string previous_of(const std::string& key) {
    if (key.empty() || key.back() == ']') {
        return {};
    }
    if (key.back() == '\'') {
        return key.substr(0, key.size() - 1) + std::string(kPrevious) + "'";
    }
    const std::size_t dot = key.rfind('.');
    const std::size_t begin = dot == std::string::npos ? 0 : dot + 1;
    return key.substr(0, begin) + "'" + key.substr(begin) + std::string(kPrevious) + "'";
}

/// A key path as text, whichever the items of lists are.
std::string without_indices(const std::string& key) {
    std::string without;
    for (std::size_t at = 0; at < key.size(); ++at) {
        const std::size_t end = key[at] == '[' ? key.find_first_not_of("0123456789", at + 1) : std::string::npos;
        if (end != std::string::npos && end > at + 1 && key[end] == ']') {
            without += "[]";
            at = end;
        } else {
            without += key[at];
        }
    }
    return without;
}

/// The nodes of `from` that have no counterpart under the same key in `other`.
void add_only_in(const AuditModel& model, const Change& change, Index from, Index other,
                 std::vector<PlacedNode>& nodes) {
    if (from == kNone) {
        return;
    }
    std::set<Index> keys;
    if (other != kNone) {
        for (const LeafNode& leaf : model.leaves[other]) {
            keys.insert(leaf.key);
        }
    }
    for (const LeafNode& leaf : model.leaves[from]) {
        if (!keys.contains(leaf.key)) {
            nodes.push_back({change.path, leaf.key, leaf.node});
        }
    }
}

/// The nodes of `from` whose place has another value, or none, in `other`.
void add_values_only_in(const AuditModel& model, const Change& change, Index from, Index other,
                        std::vector<PlacedNode>& nodes) {
    if (from == kNone) {
        return;
    }
    std::map<Index, Index> values;
    if (other != kNone) {
        for (const LeafNode& leaf : model.leaves[other]) {
            values[leaf.key] = model.values[leaf.node];
        }
    }
    for (const LeafNode& leaf : model.leaves[from]) {
        const auto there = values.find(leaf.key);
        if (model.values[leaf.node] != kNone && (there == values.end() || there->second != model.values[leaf.node])) {
            nodes.push_back({change.path, leaf.key, leaf.node});
        }
    }
}

}  // namespace

Lineage::Lineage(const AuditModel& model) : model_(model) {
    const std::vector<std::vector<Change>> steps = steps_of(model);
    for (const std::vector<Change>& step : steps) {
        join_renamed(step);
    }
    for (const std::vector<Change>& step : steps) {
        follow(step);
    }
}

/// Neighbours alone are asked: whoever can push can paste an old envelope into a document, and take it out again. They
/// have one data key when they share ciphertext and nobody's data key is wrapped in two ways.
bool Lineage::have_one_data_key(Index one, Index other) const {
    const BlobFacts& first = model_.facts(one);
    const BlobFacts& second = model_.facts(other);
    if (first.kind != BlobKind::Sops || second.kind != BlobKind::Sops) {
        return false;
    }
    std::set<Index> sealed;
    std::set<Index> readers(first.readers.begin(), first.readers.end());
    std::set<std::pair<Index, Index>> entries;  // reader and wrapped data key
    visit_sealed(model_, one, [&](Index piece) { sealed.insert(piece); });
    for (std::size_t entry = 0; entry < first.wrapped.size(); ++entry) {
        entries.emplace(first.readers.at(entry), first.wrapped[entry]);
    }
    bool share = false;
    visit_sealed(model_, other, [&](Index piece) { share = share || sealed.contains(piece); });
    for (std::size_t entry = 0; entry < second.wrapped.size(); ++entry) {
        const Index reader = second.readers.at(entry);
        share = share && (!readers.contains(reader) || entries.contains({reader, second.wrapped[entry]}));
    }
    return share;
}

void Lineage::join_renamed(const std::vector<Change>& step) {
    std::unordered_map<Index, Index> gone_objects;
    std::unordered_map<Index, Index> gone_sealed;
    for (const Change& change : step) {
        if (change.before != kNone && change.after == kNone) {
            gone_objects.emplace(model_.history.known.blob(change.before).object, change.path);
            visit_sealed(model_, change.before, [&](Index sealed) { gone_sealed.emplace(sealed, change.path); });
        }
    }
    if (gone_objects.empty()) {
        return;
    }
    for (const Change& change : step) {
        if (change.before != kNone || change.after == kNone) {
            continue;
        }
        const auto object = gone_objects.find(model_.history.known.blob(change.after).object);
        if (object != gone_objects.end()) {
            paths_.join(object->second, change.path);
        }
        visit_sealed(model_, change.after, [&](Index sealed) {
            if (const auto found = gone_sealed.find(sealed); found != gone_sealed.end()) {
                paths_.join(found->second, change.path);
            }
        });
    }
}

void Lineage::follow(const std::vector<Change>& step) {
    std::vector<PlacedNode> gone_places;
    std::vector<PlacedNode> new_places;
    std::vector<PlacedNode> gone_values;
    std::vector<PlacedNode> new_values;
    for (const Change& change : step) {
        follow_place(change);
        add_only_in(model_, change, change.before, change.after, gone_places);
        add_only_in(model_, change, change.after, change.before, new_places);
        add_values_only_in(model_, change, change.before, change.after, gone_values);
        add_values_only_in(model_, change, change.after, change.before, new_values);
    }
    std::unordered_map<Index, std::vector<const PlacedNode*>> gone_by_value;
    for (const PlacedNode& gone : gone_values) {
        gone_by_value[model_.values[gone.node]].push_back(&gone);
    }
    for (const PlacedNode& arrived : new_values) {
        const Index value = model_.values[arrived.node];
        if (const auto found = gone_by_value.find(value); found != gone_by_value.end()) {
            for (const PlacedNode* gone : found->second) {
                origin_groups_.join(origin(gone->path, gone->key, value), origin(arrived.path, arrived.key, value));
            }
        }
    }
    link_moved(gone_places, new_places);
}

/// Over a time in which the file was gone, or could not be read, too.
void Lineage::follow_place(const Change& change) {
    const auto is_there = [&](Index blob) { return blob != kNone && model_.facts(blob).kind != BlobKind::Broken; };
    if (is_there(change.before) && is_there(change.after)) {
        link_in_place(change.before, change.after);
    } else if (is_there(change.before)) {
        last_gone_[change.path] = change.before;
    } else if (const auto was = last_gone_.find(change.path); was != last_gone_.end() && is_there(change.after)) {
        link_in_place(was->second, change.after);
    }
}

/// What nothing opens may have moved where something of the same length went and came.
void Lineage::link_moved(const std::vector<PlacedNode>& gone_places, const std::vector<PlacedNode>& new_places) {
    std::set<Index> gone_nodes;
    std::unordered_map<std::uint64_t, std::vector<const PlacedNode*>> gone_by_size;
    for (const PlacedNode& gone : gone_places) {
        gone_nodes.insert(gone.node);
        gone_by_size[model_.value_bytes(gone.node)].push_back(&gone);
    }
    for (const PlacedNode& arrived : new_places) {
        if (gone_nodes.contains(arrived.node)) {
            continue;  // the same ciphertext: renamed
        }
        const std::uint64_t bytes = model_.value_bytes(arrived.node);
        for (const std::uint64_t size : {bytes - 1, bytes, bytes + 1}) {
            for (const PlacedNode* gone : gone_by_size[size]) {
                // A whole file may have a final newline, which a value in a document has not.
                if (size == bytes || model_.text(gone->key) == "." || model_.text(arrived.key) == ".") {
                    link(gone->node, arrived.node);
                }
            }
        }
    }
}

void Lineage::link_in_place(Index before, Index after) {
    const bool one_data_key = have_one_data_key(before, after);
    std::map<Index, const LeafNode*> old;
    for (const LeafNode& leaf : model_.leaves[before]) {
        old[leaf.key] = &leaf;
    }
    for (const LeafNode& leaf : model_.leaves[after]) {
        const auto was = old.find(leaf.key);
        if (was != old.end() && (!one_data_key || was->second->in_clear || leaf.in_clear)) {
            link(was->second->node, leaf.node);
        }
    }
    std::map<Index, const LeafNode*> now;
    for (const LeafNode& leaf : model_.leaves[after]) {
        now[leaf.key] = &leaf;
    }
    for (const auto& [key, leaf] : old) {
        const std::string previous = previous_of(model_.text(key));
        const auto kept = now.find(model_.history.known.tables.texts.find(previous));
        if (kept != now.end() && model_.value_bytes(leaf->node) == model_.value_bytes(kept->second->node)) {
            link(leaf->node, kept->second->node);
        }
    }
    if (!one_data_key) {
        link_renumbered(before, after);
    }
}

/// An item that comes into a list, or goes, moves those behind it. Under one data key they keep their envelopes. All of
/// one length that nothing opens are linked through one of them: pairs would be too many.
void Lineage::link_renumbered(Index before, Index after) {
    struct Items {
        std::vector<Index> nodes;
        bool are_old = false;
        bool are_new = false;
    };
    std::map<std::pair<std::string, std::uint64_t>, Items> lists;
    const auto take = [&](Index blob, bool Items::* side) {
        for (const LeafNode& leaf : model_.leaves[blob]) {
            const std::string& key = model_.text(leaf.key);
            if (key.find('[') != std::string::npos) {
                Items& items = lists[{without_indices(key), model_.value_bytes(leaf.node)}];
                items.nodes.push_back(leaf.node);
                items.*side = true;
            }
        }
    };
    take(before, &Items::are_old);
    take(after, &Items::are_new);
    for (const auto& [list, items] : lists) {
        const auto closed = std::find_if(items.nodes.begin(), items.nodes.end(),
                                         [&](Index node) { return model_.values[node] == kNone; });
        if (items.are_old && items.are_new && closed != items.nodes.end()) {
            for (const Index node : items.nodes) {
                link(*closed, node);
            }
        }
    }
}

void Lineage::link(Index one, Index other) {
    // Equal ones are linked, too: what nothing opens may lie behind them.
    const bool both_known = model_.values[one] != kNone && model_.values[other] != kNone;
    if (one != other && (!both_known || model_.values[one] == model_.values[other])) {
        links_[one].push_back(other);
        links_[other].push_back(one);
    }
}

Index Lineage::place(Index path, Index key) {
    return places_.try_emplace(pair_of(paths_.find(path), key), static_cast<Index>(places_.size())).first->second;
}

Index Lineage::origin(Index path, Index key, Index value) {
    const Index one =
        origins_.try_emplace(pair_of(place(path, key), value), static_cast<Index>(origins_.size())).first->second;
    return origin_groups_.find(one);
}

std::vector<Index> Lineage::possibly_same(Index node) const {
    std::vector<Index> reached;
    std::set<Index> seen = {node};
    std::vector<Index> pending = {node};
    while (!pending.empty()) {
        const Index from = pending.back();
        pending.pop_back();
        const auto links = links_.find(from);
        if (links == links_.end()) {
            continue;
        }
        for (const Index to : links->second) {
            const bool differs =
                model_.values[to] != kNone && model_.values[node] != kNone && model_.values[to] != model_.values[node];
            if (!differs && seen.insert(to).second) {
                pending.push_back(to);
                if (model_.values[to] == kNone || model_.values[to] != model_.values[node]) {
                    reached.push_back(to);
                }
            }
        }
    }
    return reached;
}

}  // namespace bestow::operations
