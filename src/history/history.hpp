#pragma once
/// The history of a store: the commits of a walk, what each changed in the store, and what the ciphertext of each
/// version tells. Read with git, commit by commit and blob by blob, and only once: what was learned lies in a file
/// below git's own directory, which nobody can push to.

#include "history/repository.hpp"
#include "history/walk.hpp"
#include "store/store.hpp"

#include <optional>

namespace bestow::history {

struct HistoryOptions {
    bool all = false;       ///< from every ref and reflog entry, and not from HEAD alone
    bool use_cache = true;  ///< false: neither read nor written
    std::function<void(std::size_t done, std::size_t total)> progress = {};
};

/// Something that could not be read.
struct Unreadable {
    std::string commit;  ///< in full; may be empty
    std::string file;    ///< likewise
    std::string why;
    std::string gap = {};  ///< gap_identity; empty for what can be mended, and for what has no bounds
    bool hides = true;     ///< false: there is no value in it
};

struct History {
    Repository repository;
    Known known;
    std::vector<Commit> commits;
    Index head = kNone;           ///< of commits
    std::vector<Change> changes;  ///< in the walk's order
    std::vector<Version> versions;
    std::vector<Unreadable> unreadable;
    std::size_t cached = 0;  ///< how many blobs were known already
    std::size_t read = 0;    ///< and how many were read now

    [[nodiscard]] const BlobFacts& facts(Index blob) const { return known.blob(blob).facts; }
    [[nodiscard]] const std::string& path(Index path) const { return known.tables.texts.at(path); }
    /// RFC 3339, UTC.
    [[nodiscard]] std::string date(Index commit) const;
};

/// Throws Error(Failed) when the store is in no git work tree or git cannot read it.
History read_history(const store::Store& store, const HistoryOptions& options);

/// git at the root of the store's work tree. Throws Error(Failed) for none.
Git git_of(const store::Store& store);

/// Hands on the content of these blobs, each once, in this order; `none` gets those that cannot be read.
void read_blobs(const Git& git, const std::vector<std::string>& names, const ObjectStream::Take& take);

/// What a larger blob holds is not looked at: no encrypted file is that large.
inline constexpr std::size_t kMaxBlobBytes = std::size_t{64} * 1024 * 1024;

}  // namespace bestow::history
