#include "history/known.hpp"

namespace bestow::history {
namespace {

constexpr std::uint64_t kFormats = 8;

std::uint64_t pair_of(Index first, std::uint64_t second) {
    return (std::uint64_t{first} << 32U) | second;
}

}  // namespace

const CommitChanges* Known::find_commit(Index commit, Index parent) const {
    const auto found = commit_indices_.find(pair_of(commit, parent));
    return found == commit_indices_.end() ? nullptr : &commits_[found->second];
}

void Known::add_commit(CommitChanges changes) {
    const auto [place, is_new] =
        commit_indices_.emplace(pair_of(changes.commit, changes.parent), static_cast<Index>(commits_.size()));
    if (is_new) {
        commits_.push_back(std::move(changes));
    }
}

Index Known::find_blob(Index object, sops::Format format) const {
    const auto found = blob_indices_.find(object * kFormats + static_cast<std::uint64_t>(format));
    return found == blob_indices_.end() ? kNone : found->second;
}

Index Known::add_blob(BlobRecord record) {
    const auto [place, is_new] = blob_indices_.emplace(
        record.object * kFormats + static_cast<std::uint64_t>(record.format), static_cast<Index>(blobs_.size()));
    if (is_new) {
        blobs_.push_back(std::move(record));
    }
    return place->second;
}

}  // namespace bestow::history
