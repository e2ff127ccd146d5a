#pragma once
/// What an audit works on: the history, the working tree behind it, and every value in both as a node. The same
/// ciphertext at the same place in the key tree is one node, wherever it stands; each value in the clear is one of its
/// own. Nodes are equal for certain when they hold the same bytes.

#include "history/history.hpp"
#include "operations/open_store.hpp"

#include <map>
#include <set>

namespace bestow::operations {

using history::Index;
using history::kNone;

/// A value as it stands in one version of a file.
struct LeafNode {
    Index key = kNone;  ///< of texts
    Index node = kNone;
    bool in_clear = false;
};

/// A file as it lies in the working tree.
struct WorkFile {
    Index path = kNone;
    Index blob = kNone;
    std::string content;
};

class AuditModel {
  public:
    explicit AuditModel(history::History read) : history(std::move(read)) {}

    history::History history;
    std::vector<WorkFile> work_files;           ///< encrypted ones, by name
    std::vector<std::vector<LeafNode>> leaves;  ///< by blob
    std::size_t nodes = 0;
    std::vector<Index> values;          ///< by node: of fingerprints; kNone where nothing opened it
    history::SealedTable fingerprints;  ///< keyed, made for this run alone
    /// Paths that ever held an encrypted file, or that went away after one had come beside them: what lay in the clear
    /// there may be a value of today.
    std::set<Index> suspicious_paths;
    std::size_t unopened = 0;  ///< blobs that no identity opened

    [[nodiscard]] const history::BlobFacts& facts(Index blob) const { return history.facts(blob); }
    [[nodiscard]] const std::string& text(Index index) const { return history.known.tables.texts.at(index); }
    [[nodiscard]] bool is_encrypted(Index blob) const {
        return blob != kNone &&
               (facts(blob).kind == history::BlobKind::Sops || facts(blob).kind == history::BlobKind::Age);
    }
    [[nodiscard]] bool is_suspicious(Index path) const { return suspicious_paths.contains(path); }
    /// How long a node's value is, as far as that can be told; 0 otherwise.
    [[nodiscard]] std::uint64_t value_bytes(Index node) const;
};

/// Reads the working tree and gives each value a node.
void add_work_files(AuditModel& model, const store::Store& store);
void add_leaves(AuditModel& model);
void find_suspicious_paths(AuditModel& model);

/// Opens what these identities open, and compares. No plaintext outlives it.
void add_fingerprints(AuditModel& model, const store::Store& store,
                      const std::vector<const age::Identities*>& identities);

}  // namespace bestow::operations
