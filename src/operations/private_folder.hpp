#pragma once
/// A folder for plaintext that a person works on: on a memory file system, mode 0700, gone with everything in it when
/// this dies, signals included. What a killed run left is removed by the next one.

#include "os/deferred_signals.hpp"
#include "os/system.hpp"

#include <string>

namespace bestow::operations {

class PrivateFolder {
  public:
    /// Below $XDG_RUNTIME_DIR, else /dev/shm, whichever is a tmpfs or ramfs. Throws Error(Failed) with a hint when
    /// neither is.
    explicit PrivateFolder(os::System& system);
    ~PrivateFolder();
    PrivateFolder(const PrivateFolder&) = delete;
    PrivateFolder& operator=(const PrivateFolder&) = delete;

    [[nodiscard]] int fd() const { return folder_.get(); }
    [[nodiscard]] const std::string& path() const { return path_; }
    /// Its pages may be written to a swap device.
    [[nodiscard]] bool may_swap() const { return may_swap_; }

  private:
    bool make_below(const std::string& place);

    os::DeferredSignals signals_;  ///< first: they strike when everything is gone
    os::System& system_;
    os::UniqueFd place_;
    os::UniqueFd folder_;
    std::string name_;
    std::string path_;
    bool may_swap_ = false;
};

}  // namespace bestow::operations
