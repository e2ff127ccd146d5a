#pragma once
/// A progress bar on standard error, for work that takes longer than a second, when that is a terminal.

#include "os/system.hpp"

#include <cstdint>

namespace bestow::cli {

class Progress {
  public:
    explicit Progress(os::System& system);
    ~Progress();  ///< takes the bar away
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void show(std::size_t done, std::size_t total);

  private:
    os::System& system_;
    std::int64_t begun_;
    bool at_terminal_;
    bool shown_ = false;
};

}  // namespace bestow::cli
