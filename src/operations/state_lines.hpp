#pragma once
/// A list that this operator's runs add to, a line an entry, in $XDG_STATE_HOME/bestow.

#include "os/system.hpp"

#include <set>
#include <string>

namespace bestow::operations {

class StateLines {
  public:
    /// A missing file is an empty list.
    static StateLines load(os::System& system, std::string file_name);

    [[nodiscard]] bool contains(const std::string& line) const { return lines_.contains(line); }
    void add(const std::string& line) { changed_ = lines_.insert(line).second || changed_; }
    /// Writes the list when it has grown, atomically, mode 0600, in a directory of mode 0700.
    void save(os::System& system);

  private:
    std::string file_name_;
    std::set<std::string> lines_;
    bool changed_ = false;
};

}  // namespace bestow::operations
