#pragma once
/// A whole directory written at once: made beside, and then put in its place by one rename, or exchanged with the one
/// that is there, so that at no instant there is none or half of one.

#include "os/system.hpp"

#include <map>
#include <string>

namespace bestow::store {

struct NewDirectory {
    std::map<std::string, std::string> files;  ///< by relative name; folders follow from them
    unsigned directory_mode = 0755;
    unsigned file_mode = 0644;
};

/// A directory that was made and is not in its place yet. Removed when this dies before `put`.
class StagedDirectory {
  public:
    /// Beside where it will go: in `parent`, which outlives this and is locked by it. What killed runs left there goes.
    StagedDirectory(os::System& system, int parent, const NewDirectory& content);
    ~StagedDirectory();
    StagedDirectory(const StagedDirectory&) = delete;
    StagedDirectory& operator=(const StagedDirectory&) = delete;

    /// What it is called in `parent` for now.
    [[nodiscard]] const std::string& name() const { return name_; }

    /// Puts it in place of the directory `target`, if there is one, which is removed. Throws Error(System), and nothing
    /// has changed then. It is on the disk when this returns.
    void put(const std::string& target);

  private:
    void discard() noexcept;

    os::System& system_;
    int parent_;
    std::string name_;  ///< empty once there is nothing to remove
};

/// Removes an entry with everything below it; none is no error.
void remove_tree(os::System& system, int parent, const std::string& name);

}  // namespace bestow::store
