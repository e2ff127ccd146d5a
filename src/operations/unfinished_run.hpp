#pragma once
/// Making new values is no deed that can simply be done again: a run that was killed between two files has changed the
/// one already. What it is about to write is noted before, in this operator's state folder, as hashes of ciphertext; so
/// the same command goes on where the other one stopped.

#include "operations/working_files.hpp"

#include <map>
#include <string>
#include <vector>

namespace bestow::operations {

class UnfinishedRun {
  public:
    /// `request` says what is to be made, exactly. Nothing is known when no run of it was interrupted within a day, or
    /// when somebody else has changed one of its files since.
    static UnfinishedRun find(const OpenStore& store, const std::string& request);

    /// A run was interrupted, and has written some of its files.
    [[nodiscard]] bool known() const { return !written_.empty(); }
    /// The interrupted run has written this file.
    [[nodiscard]] bool has_written(const std::string& file) const;
    /// All that it wanted to write.
    [[nodiscard]] bool is_complete() const { return known() && complete_; }

    /// For WorkingFiles::before_writing.
    void note(const std::vector<WorkingFiles::PlannedWrite>& writes) const;
    /// Everything is written: forgets it.
    void forget() const;

  private:
    UnfinishedRun(const OpenStore& store, const std::string& request);
    void read(const OpenStore& store);

    os::System& system_;
    std::string file_name_;  ///< in the state folder
    std::string request_;    ///< its hash
    std::map<std::string, bool> written_;
    bool complete_ = false;
};

}  // namespace bestow::operations
