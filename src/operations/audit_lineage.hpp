#pragma once
/// Where values come from: which places are one place under several names, which values moved from one to another, and
/// which nodes may hold the same value although nothing here opens them. Pure.

#include "history/groups.hpp"
#include "operations/audit_model.hpp"

#include <unordered_map>

namespace bestow::operations {

using history::Groups;

/// A value that left a place or came to one.
struct PlacedNode {
    Index path;
    Index key;
    Index node;
};

class Lineage {
  public:
    explicit Lineage(const AuditModel& model);

    /// The same for a file and key before and after renames of the file.
    [[nodiscard]] Index place(Index path, Index key);
    /// The same for a value (kNone: one that nothing opens) at a place, and where it was before a move.
    [[nodiscard]] Index origin(Index path, Index key, Index value);
    /// The nodes that may hold the same value as this one; those that do for certain are not among them.
    [[nodiscard]] std::vector<Index> possibly_same(Index node) const;

  private:
    void join_renamed(const std::vector<history::Change>& step);
    void follow(const std::vector<history::Change>& step);
    void follow_place(const history::Change& change);
    void link_moved(const std::vector<PlacedNode>& gone_places, const std::vector<PlacedNode>& new_places);
    void link_in_place(Index before, Index after);
    void link(Index one, Index other);
    void link_renumbered(Index before, Index after);
    [[nodiscard]] bool have_one_data_key(Index one, Index other) const;

    const AuditModel& model_;
    Groups paths_;
    std::unordered_map<std::uint64_t, Index> places_;   ///< by path group and key
    std::unordered_map<std::uint64_t, Index> origins_;  ///< by place and value
    Groups origin_groups_;
    std::unordered_map<Index, std::vector<Index>> links_;
    std::unordered_map<Index, Index> last_gone_;  ///< by path: the blob that was there before it went, or broke
};

}  // namespace bestow::operations
