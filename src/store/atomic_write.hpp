#pragma once
/// The one way to write files on disk: temporary file in the same folder, fsync, rename, fsync of the folder. A batch
/// writes and syncs all temporary files before the first rename, many of them by one sync of their file system, and syncs
/// each folder once.

#include "os/system.hpp"

#include <memory>

namespace bestow::store {

class WriteBatch {
  public:
    /// `root` is a directory descriptor that outlives the batch; names are relative to it, missing folders are made.
    /// Waits for the lock on it, which the descriptor then holds until it is closed; temporary files that a killed run
    /// left in the folders that are written to go away, except those that somebody holds a lock on.
    WriteBatch(os::System& system, int root);
    ~WriteBatch();  ///< removes temporary files of a batch that was not committed
    WriteBatch(const WriteBatch&) = delete;
    WriteBatch& operator=(const WriteBatch&) = delete;

    /// Keeps the mode of a file that exists; new ones get `new_mode_bits`.
    void write(const std::string& name, ByteView content, unsigned new_mode_bits = 0644);
    void remove(const std::string& name);
    /// What was named before is on the disk before anything that is named after takes its place: for a value that moves
    /// from one file to another. Before each removal there is one by itself.
    void barrier();
    /// In the order of the calls above. Throws Error(System) when nothing was changed, Error(Partial) when something
    /// was: whatever was not renamed by then stays as it was; nothing is half-written. A batch is committed once.
    void commit();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// True for the last component of a temporary file's name: such files belong to nobody.
bool is_temporary_name(std::string_view base_name);

}  // namespace bestow::store
