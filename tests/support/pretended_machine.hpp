#pragma once
/// A machine that needs no privileges: any directory is a memory file system, everything is root's. It is watched, too:
/// calls are counted, made to fail, or to be the last ones before death.

#include "support/watched_system.hpp"

#include <map>
#include <new>

namespace bestow::test {

/// Any directory is a ramfs, everything is root's, and there are no users.
class PretendedMachine : public WatchedSystem {
  public:
    os::FileSystemStatus file_system_status(int fd) override {
        os::FileSystemStatus status = WatchedSystem::file_system_status(fd);
        status.type = kind;
        status.noswap = kind == os::FileSystemStatus::Type::Ramfs;
        status.mount_root = mounted;
        status.size_bytes = 0;
        return status;
    }
    bool mount_memory(int, const std::string&, os::MemoryFileSystem, std::uint64_t, std::string& reason) override {
        reason = "unknown parameter 'noswap'";
        return false;
    }
    os::FileStatus status(int fd) override { return roots(WatchedSystem::status(fd)); }
    std::optional<os::FileStatus> try_status(int directory, const std::string& name) override {
        auto status = WatchedSystem::try_status(directory, name);
        return status ? std::optional(roots(*status)) : status;
    }
    std::string read_text(int fd, std::size_t limit_bytes, const std::string& name) override {
        if (name == exhausting) {
            throw std::bad_alloc();
        }
        return WatchedSystem::read_text(fd, limit_bytes, name);
    }
    void write_all(int fd, ByteView bytes, const std::string& name) override {
        if (name == exhausting) {
            throw std::bad_alloc();
        }
        WatchedSystem::write_all(fd, bytes, name);
    }
    void change_owner(int fd, std::uint32_t, std::uint32_t) override { (void)WatchedSystem::status(fd); }
    void change_link_owner(int directory, const std::string& name, std::uint32_t, std::uint32_t) override {
        (void)WatchedSystem::try_status(directory, name);
    }
    std::uint32_t effective_uid() override { return 0; }
    std::optional<std::string> environment(const std::string& name) override {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    }

    os::FileSystemStatus::Type kind = os::FileSystemStatus::Type::Ramfs;
    bool mounted = false;
    std::map<std::string, std::string> variables;  ///< of the environment, all of it
    std::string exhausting;                        ///< a file that takes more memory than there is, to read or to write

  private:
    static os::FileStatus roots(os::FileStatus status) {
        status.uid = 0;
        status.gid = 0;
        return status;
    }
};

}  // namespace bestow::test
