#include "operations/audit_exposures.hpp"

#include "base/format.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <tuple>

namespace bestow::operations {
namespace {

using history::BlobKind;

/// Shorter values are equal by chance: elsewhere they count for nothing.
constexpr std::uint64_t kLongEnoughBytes = 8;

}  // namespace

/// What one key could see of a value.
struct Exposures::Seen {
    struct Stretch {
        Index first = kNone;
        Index last = kNone;
        void widen(const history::Version& version) {
            first = first == kNone ? version.first : std::min(first, version.first);
            last = last == kNone ? version.last : std::max(last, version.last);
        }
    };
    Stretch certain;
    Stretch possible;
    bool in_own_place = false;
    std::optional<std::tuple<Index, std::string, std::string>> elsewhere;  ///< the earliest one
};

Exposures::Exposures(AuditModel& model, Lineage& lineage, Readers& readers, const Holders& holders)
    : model_(model), lineage_(lineage), readers_(readers), holders_(holders) {
    index_nodes();
    index_places();
}

void Exposures::index_nodes() {
    const std::vector<history::Version>& versions = model_.history.versions;
    begin_.assign(model_.nodes + 1, 0);
    const auto each = [&](const auto& take) {
        for (std::uint32_t one = 0; one < versions.size(); ++one) {
            if (versions[one].blob != kNone) {
                for (const LeafNode& leaf : model_.leaves[versions[one].blob]) {
                    take(one, leaf);
                }
            }
        }
    };
    each([&](std::uint32_t /*version*/, const LeafNode& leaf) { ++begin_[leaf.node + 1]; });
    for (std::size_t node = 0; node < model_.nodes; ++node) {
        begin_[node + 1] += begin_[node];
    }
    sightings_.resize(begin_[model_.nodes]);
    std::vector<std::size_t> next(begin_.begin(), begin_.end() - 1);
    each([&](std::uint32_t version, const LeafNode& leaf) {
        sightings_[next[leaf.node]++] = {leaf.node, version, leaf.key, leaf.in_clear};
    });
    nodes_of_value_.resize(model_.fingerprints.size());
    for (Index node = 0; node < model_.nodes; ++node) {
        if (model_.values[node] != kNone) {
            nodes_of_value_[model_.values[node]].push_back(node);
        }
    }
    for (std::size_t one = 0; one < versions.size(); ++one) {
        if (versions[one].at_head && versions[one].blob != kNone) {
            head_versions_[versions[one].path] = one;
        }
    }
}

/// Where everything was opened, nothing is only possible.
void Exposures::index_places() {
    if (std::find(model_.values.begin(), model_.values.end(), kNone) == model_.values.end()) {
        return;
    }
    for (const Sighting& sighting : sightings_) {
        std::vector<Index>& nodes =
            nodes_of_place_[lineage_.place(model_.history.versions[sighting.version].path, sighting.key)];
        if (nodes.empty() || nodes.back() != sighting.node) {
            nodes.push_back(sighting.node);
        }
    }
}

/// Two values in one place at different times, of which at least one is not opened.
bool Exposures::may_be_same(const LeafNode& one, Index other) const {
    const bool one_known = model_.values[one.node] != kNone;
    const bool other_known = model_.values[other] != kNone;
    const std::uint64_t first = model_.value_bytes(one.node);
    const std::uint64_t second = model_.value_bytes(other);
    // What was opened is as long as it is without a final newline, and so may a whole file be.
    const std::uint64_t tolerated = one_known || other_known || model_.text(one.key) == "." ? 1 : 0;
    return other != one.node && !(one_known && other_known) &&
           std::max(first, second) - std::min(first, second) <= tolerated;
}

bool Exposures::reads_at_head(Index path, Index key) const {
    const auto version = head_versions_.find(path);
    if (version == head_versions_.end()) {
        return false;
    }
    const std::vector<VersionReader>& readers = readers_.of(version->second);
    return std::any_of(readers.begin(), readers.end(), [&](const VersionReader& one) { return one.key == key; });
}

void Exposures::look_at(const ValueInUse& value, Index node, bool certain, SeenByKey& seen) {
    const Index known = model_.values[value.leaf.node];
    const bool long_enough = model_.value_bytes(value.leaf.node) >= kLongEnoughBytes;
    const Index own = lineage_.origin(value.path, value.leaf.key, known);
    for (std::size_t at = begin_[node]; at < begin_[node + 1]; ++at) {
        const Sighting& sighting = sightings_[at];
        const history::Version& version = model_.history.versions[sighting.version];
        const bool in_own_place = !certain || lineage_.origin(version.path, sighting.key, known) == own;
        if (!in_own_place && !long_enough) {
            continue;
        }
        const auto note = [&](Index key, bool is_certain) {
            Seen& one = seen[key];
            (is_certain ? one.certain : one.possible).widen(version);
            one.in_own_place = one.in_own_place || in_own_place;
            if (!in_own_place) {
                std::tuple<Index, std::string, std::string> place(version.first, model_.text(version.path),
                                                                  model_.text(sighting.key));
                one.elsewhere = one.elsewhere ? std::min(*one.elsewhere, place) : place;
            }
        };
        for (const VersionReader& reader : readers_.of(sighting.version)) {
            note(reader.key, certain && reader.certain);
        }
        if (sighting.in_clear) {
            note(readers_.everybody(), certain);
        }
    }
}

/// Of the file in the working tree.
std::set<Index> Exposures::readers_now(const ValueInUse& value) const {
    if (model_.facts(value.work_blob).kind != BlobKind::Age) {
        const std::vector<Index> keys = readers_.of_blob(value.work_blob);
        return {keys.begin(), keys.end()};
    }
    const auto head = head_versions_.find(value.path);
    const bool is_new = head == head_versions_.end() || model_.history.versions[head->second].blob != value.work_blob;
    std::set<Index> keys;
    for (const VersionReader& one :
         is_new ? readers_.of_new_age_file(value.path, value.work_blob) : readers_.of(head->second)) {
        keys.insert(one.key);
    }
    return keys;
}

std::string Exposures::name_of(Index key) const {
    if (key == readers_.everybody()) {
        return "everybody";
    }
    const KeyHolder holder = holders_.holder_of(readers_.canonical(key));
    return holder.name.empty() ? readers_.shown(key) : format("{} {}", holder_kind_name(holder.kind), holder.name);
}

std::vector<std::string> Exposures::names_of(const std::set<Index>& keys) const {
    std::set<std::string> names;
    for (const Index key : keys) {
        names.insert(name_of(key));
    }
    return {names.begin(), names.end()};
}

Exposure Exposures::exposure_of(const ValueInUse& value, Index key, const Seen& seen) const {
    Exposure exposure;
    exposure.secret = value.secret;
    exposure.file = model_.text(value.path);
    exposure.key = model_.text(value.leaf.key);
    exposure.recipient = readers_.shown(key);
    exposure.holder = holders_.holder_of(readers_.canonical(key));
    exposure.superseded = value.entitled->holders.contains({exposure.holder.kind, exposure.holder.name});
    exposure.certain = seen.certain.first != kNone;
    const Seen::Stretch& stretch = exposure.certain ? seen.certain : seen.possible;
    const auto at = [&](Index commit) {
        return CommitAt{model_.history.commits[commit].name, model_.history.date(commit)};
    };
    exposure.first = at(stretch.first);
    exposure.last = at(stretch.last);
    exposure.since = model_.history.date(stretch.last + 1);
    if (!seen.in_own_place && seen.elsewhere) {
        exposure.elsewhere = format("{}: {}", std::get<1>(*seen.elsewhere), std::get<2>(*seen.elsewhere));
    }
    return exposure;
}

Exposures::SeenByKey Exposures::seen_for_sure(const ValueInUse& value, const std::vector<Index>& possibly_same) {
    SeenByKey seen;
    const Index known = model_.values[value.leaf.node];
    look_at(value, value.leaf.node, true, seen);
    if (known != kNone) {
        for (const Index node : nodes_of_value_[known]) {
            if (node != value.leaf.node) {
                look_at(value, node, true, seen);
            }
        }
    }
    for (const Index node : possibly_same) {
        look_at(value, node, false, seen);
    }
    return seen;
}

void Exposures::add_possible(const ValueInUse& value, const std::vector<Index>& possibly_same, const SeenByKey& seen,
                             AuditResult& result) {
    const auto nodes = nodes_of_place_.find(lineage_.place(value.path, value.leaf.key));
    if (nodes == nodes_of_place_.end()) {
        return;
    }
    const std::set<Index> told(possibly_same.begin(), possibly_same.end());
    SeenByKey possible;
    for (const Index node : nodes->second) {
        if (may_be_same(value.leaf, node) && !told.contains(node)) {
            look_at(value, node, false, possible);
        }
    }
    for (const auto& [key, one] : possible) {
        if (!seen.contains(key) && !value.entitled->keys.contains(readers_.canonical(key))) {
            result.possible.push_back(exposure_of(value, key, one));
        }
    }
}

void Exposures::add(const ValueInUse& value, AuditResult& result) {
    const std::vector<Index> possibly_same = lineage_.possibly_same(value.leaf.node);
    const SeenByKey seen = seen_for_sure(value, possibly_same);
    const std::set<Index> now = readers_now(value);
    std::set<Index> ever;
    for (const auto& [key, one] : seen) {
        ever.insert(key);
        if (!value.entitled->keys.contains(readers_.canonical(key))) {
            result.exposures.push_back(exposure_of(value, key, one));
            Exposure& exposure = result.exposures.back();
            exposure.still_reads = reads_at_head(value.path, key);
            exposure.shut_out =
                exposure.still_reads && model_.facts(value.work_blob).kind == BlobKind::Sops && !now.contains(key);
        }
    }
    add_possible(value, possibly_same, seen, result);
    result.values.push_back(
        {value.secret, model_.text(value.path), model_.text(value.leaf.key), names_of(now), names_of(ever)});
}

}  // namespace bestow::operations
