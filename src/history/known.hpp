#pragma once
/// What reading a repository's history gave so far, kept from run to run: what each commit changed, and the facts of
/// each blob. Both follow from names that git computes over the content, so that they never grow old. As bytes, for a
/// file beside the objects: reading them back is strict, and whatever is not as it was written counts as nothing.

#include "history/facts.hpp"

#include <optional>

namespace bestow::history {

/// One file that a commit changed, against its first parent.
struct FileChange {
    Index path = kNone;    ///< of tables.texts; relative to the store
    Index before = kNone;  ///< of objects; kNone where there was none
    Index after = kNone;
};

struct CommitChanges {
    Index commit = kNone;  ///< of objects
    Index parent = kNone;  ///< of objects: what it was compared with; kNone for nothing
    std::vector<FileChange> changes;
};

struct BlobRecord {
    Index object = kNone;
    sops::Format format = sops::Format::Binary;  ///< what a blob is depends on the name it has
    BlobFacts facts;
};

class Known {
  public:
    Tables tables;
    Texts objects;  ///< names of commits and blobs

    [[nodiscard]] const CommitChanges* find_commit(Index commit, Index parent) const;
    void add_commit(CommitChanges changes);
    [[nodiscard]] const std::vector<CommitChanges>& commits() const { return commits_; }

    /// kNone when the facts are not known yet.
    [[nodiscard]] Index find_blob(Index object, sops::Format format) const;
    Index add_blob(BlobRecord record);
    [[nodiscard]] const BlobRecord& blob(Index index) const { return blobs_[index]; }
    [[nodiscard]] std::size_t blob_count() const { return blobs_.size(); }

  private:
    std::vector<CommitChanges> commits_;
    std::unordered_map<std::uint64_t, Index> commit_indices_;
    std::vector<BlobRecord> blobs_;
    std::unordered_map<std::uint64_t, Index> blob_indices_;
};

/// `label`: what the bytes are about; those of another label are not read back.
Bytes encode_known(const Known& known, std::string_view label);
/// nullopt for whatever encode_known did not write under this label.
std::optional<Known> parse_known(ByteView bytes, std::string_view label);

}  // namespace bestow::history
