#pragma once
/// git as a child process of an operator's command: an argument list and no shell, nothing from the environment that
/// could lead it elsewhere, no hook, no monitor, no replaced object, no lock, and nothing fetched from anywhere. Never
/// on a host.

#include "os/system.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace bestow::history {

class Git {
  public:
    /// `directory` is a work tree's root, as find_work_tree() gives it: anywhere below, git may find a repository that
    /// somebody pushed (a directory with HEAD, objects and refs in it is one). `system` must outlive it.
    Git(os::System& system, std::string directory) : system_(&system), directory_(std::move(directory)) {}

    /// What a command prints. Throws Error(Failed) with git's own complaint, Error(Format) past the limit.
    [[nodiscard]] std::string ask(const std::vector<std::string>& arguments) const;
    /// nullopt when the command fails.
    [[nodiscard]] std::optional<std::string> try_ask(const std::vector<std::string>& arguments) const;
    /// Streams a command's output; its failure is the caller's to judge.
    [[nodiscard]] os::FilterResult stream(const std::vector<std::string>& arguments, ByteView input,
                                          const std::function<void(ByteView)>& take) const;

    [[nodiscard]] os::System& system() const { return *system_; }

  private:
    os::System* system_;
    std::string directory_;
};

/// git's first complaint, on one line; for messages.
std::string complaint_of(const os::FilterResult& result);

}  // namespace bestow::history
