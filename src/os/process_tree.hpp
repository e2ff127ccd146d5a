#pragma once
/// A program and whatever it started, so that all of it can be ended: also what has left its process group and session,
/// which the kernel gives back to us once its parent has died.

#include <optional>
#include <set>

#include <sys/types.h>

namespace bestow::os {

class ProcessTree {
  public:
    /// Before the program is started: children that are there by now are none of it.
    ProcessTree();
    /// Ends what is left, silently.
    ~ProcessTree();
    ProcessTree(const ProcessTree&) = delete;
    ProcessTree& operator=(const ProcessTree&) = delete;

    /// The program itself, which leads a process group.
    void set_leader(pid_t leader) { leader_ = leader; }
    /// The leader's exit status, 128 + signal when one killed it; nullopt while it runs.
    [[nodiscard]] std::optional<int> leader_status() const;
    /// Kills all of it and waits until it is gone. False when something still is there after some seconds: it runs as
    /// somebody else, or hangs in the kernel.
    [[nodiscard]] bool end() noexcept;

  private:
    [[nodiscard]] bool kill_and_reap() noexcept;

    std::set<pid_t> foreign_;
    pid_t leader_ = -1;  ///< not waited for: its group's number stays its own until the group was killed
    int was_subreaper_ = 0;
};

}  // namespace bestow::os
