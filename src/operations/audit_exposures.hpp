#pragma once
/// Values in use against everything that history shows: which keys could read each of them, when, and where. Pure.

#include "operations/audit_lineage.hpp"
#include "operations/audit_readers.hpp"

#include <unordered_map>

namespace bestow::operations {

/// What the present policy says of a file.
struct Entitled {
    std::set<std::string> keys;  ///< canonical
    std::set<std::pair<KeyHolder::Kind, std::string>> holders;
};

/// A value of the working tree.
struct ValueInUse {
    std::string secret;
    Index path = kNone;
    LeafNode leaf;
    const Entitled* entitled = nullptr;
    Index work_blob = kNone;
};

class Exposures {
  public:
    Exposures(AuditModel& model, Lineage& lineage, Readers& readers, const Holders& holders);

    /// Adds a value and the exposures of it.
    void add(const ValueInUse& value, AuditResult& result);

  private:
    /// A node in a version of a file.
    struct Sighting {
        Index node;
        std::uint32_t version;
        Index key;
        bool in_clear;
    };
    struct Seen;
    using SeenByKey = std::map<Index, Seen>;
    void index_nodes();
    void index_places();
    void look_at(const ValueInUse& value, Index node, bool certain, SeenByKey& seen);
    [[nodiscard]] SeenByKey seen_for_sure(const ValueInUse& value, const std::vector<Index>& possibly_same);
    void add_possible(const ValueInUse& value, const std::vector<Index>& possibly_same, const SeenByKey& seen,
                      AuditResult& result);
    [[nodiscard]] bool may_be_same(const LeafNode& one, Index other) const;
    [[nodiscard]] Exposure exposure_of(const ValueInUse& value, Index key, const Seen& seen) const;
    [[nodiscard]] bool reads_at_head(Index path, Index key) const;
    [[nodiscard]] std::set<Index> readers_now(const ValueInUse& value) const;
    [[nodiscard]] std::string name_of(Index key) const;
    [[nodiscard]] std::vector<std::string> names_of(const std::set<Index>& keys) const;

    AuditModel& model_;
    Lineage& lineage_;
    Readers& readers_;
    const Holders& holders_;
    std::vector<Sighting> sightings_;  ///< sorted by node
    std::vector<std::size_t> begin_;   ///< by node: of its sightings
    std::vector<std::vector<Index>> nodes_of_value_;
    std::unordered_map<Index, std::vector<Index>> nodes_of_place_;
    std::map<Index, std::size_t> head_versions_;  ///< by path
};

}  // namespace bestow::operations
