#pragma once
/// Everything that bestow does to the machine, behind one interface: whatever takes no `System&` has no effect. The
/// real one is os/posix_system.hpp; tests wrap it to record calls and to make the n-th one fail.
///
/// Names are single components or relative paths below a directory descriptor; those that come from a store are opened
/// with openat2 beneath it and without following links: whatever takes a directory and a name works so. Failures throw
/// Error(System) with the name in the message; `try_` functions give nullopt for "there is none". Descriptors are
/// close-on-exec from birth.

#include "base/secret_bytes.hpp"
#include "os/unique_fd.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bestow::os {

enum class FileType { Regular, Directory, Symlink, Other };

struct FileStatus {
    FileType type = FileType::Other;
    unsigned mode_bits = 0;  ///< permission bits, 07777
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::uint64_t size_bytes = 0;
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t modified_seconds = 0;
};

/// What a descriptor's file system is, proved on the descriptor itself.
struct FileSystemStatus {
    enum class Type { Tmpfs, Ramfs, Other };
    Type type = Type::Other;
    bool noswap = false;           ///< tmpfs mounted with noswap; always true for ramfs
    std::uint64_t size_bytes = 0;  ///< its limit; 0 for none
    std::uint64_t free_bytes = 0;  ///< meaningless without a limit
    bool mount_root = false;       ///< the descriptor is the root of its mount
    std::string type_name;
    std::string source;  ///< "bestow" for what mount_memory mounted
    std::string mount_options;
};

enum class MemoryFileSystem { TmpfsNoswap, Ramfs, Tmpfs };

struct User {
    std::uint32_t uid = 0;
    std::uint32_t primary_gid = 0;
    std::string home;
};

struct ProcessResult {
    int exit_status = 0;  ///< 128 + signal when killed
};

struct ToolResult {
    int exit_status = 0;  ///< 128 + signal when killed
    std::string output;   ///< what is past the limit is missing
};

/// A program that reads bytes and gives others.
struct Filter {
    std::vector<std::string> argv;                         ///< argv[0] is looked up in PATH
    std::map<std::string, std::string> extra_environment;  ///< besides this process's own
    std::string dropped_prefix;                            ///< variables that begin so are left out; empty: none
};

struct FilterResult {
    int exit_status = 0;    ///< 128 + signal when killed
    std::string complaint;  ///< the beginning of what it printed on its standard error
};

class System {
  public:
    virtual ~System() = default;

    // --- reading
    /// A directory, by any path (relative to the working directory); links are followed: for paths that a person gave.
    virtual UniqueFd open_directory(const std::string& path) = 0;
    /// A directory beneath another one, no links followed; nullopt when there is none.
    virtual std::optional<UniqueFd> try_open_directory_beneath(int directory, const std::string& name) = 0;
    /// A regular file beneath `directory`, no links followed; nullopt when there is none; anything but a regular file
    /// is an error.
    virtual std::optional<UniqueFd> try_open_file_beneath(int directory, const std::string& name) = 0;
    /// A regular file by any path that a person gave; nullopt when there is none.
    virtual std::optional<UniqueFd> try_open_file(const std::string& path) = 0;
    /// Anything that can be read, by any path that a person gave (a pipe of the shell's, a device); may block. Throws
    /// Error(NotFound) when there is none.
    virtual UniqueFd open_for_reading(const std::string& path) = 0;
    /// The next bytes of a file or a standard stream (0), as many as there are up to the buffer's size; 0 at the end.
    virtual std::size_t read_some(int fd, ByteSpan buffer) = 0;
    /// Up to the end; throws Error(Format) above `limit_bytes`.
    virtual SecretBytes read_secret(int fd, std::size_t limit_bytes, const std::string& name) = 0;
    virtual std::string read_text(int fd, std::size_t limit_bytes, const std::string& name) = 0;
    virtual FileStatus status(int fd) = 0;
    /// Of the entry itself, links not followed; nullopt when there is none.
    virtual std::optional<FileStatus> try_status(int directory, const std::string& name) = 0;
    virtual std::optional<std::string> try_read_link(int directory, const std::string& name) = 0;
    /// Names without "." and "..", sorted.
    virtual std::vector<std::string> list_directory(int directory) = 0;
    virtual std::string real_path(const std::string& path) = 0;

    // --- writing
    /// Exactly that mode, whatever the umask.
    virtual void make_directory(int directory, const std::string& name, unsigned mode_bits) = 0;
    /// O_CREAT|O_EXCL|O_NOFOLLOW with exactly that mode, whatever the umask.
    virtual UniqueFd create_file(int directory, const std::string& name, unsigned mode_bits) = 0;
    /// For an output that a person named: made, or emptied when it is there, any type of file; the umask counts.
    virtual UniqueFd open_for_writing(const std::string& path, unsigned mode_bits) = 0;
    /// Also to standard streams (1, 2).
    virtual void write_all(int fd, ByteView bytes, const std::string& name) = 0;
    virtual void change_owner(int fd, std::uint32_t uid, std::uint32_t gid) = 0;
    virtual void change_mode(int fd, unsigned mode_bits) = 0;
    virtual void sync(int fd) = 0;
    /// Everything that was written to the file system that `fd` lies on: much faster than many syncs, one after another.
    virtual void sync_file_system(int fd) = 0;
    virtual void rename(int directory, const std::string& from, const std::string& to) = 0;
    /// Two entries that both exist change places at one instant. Error(System) where a file system cannot.
    virtual void exchange(int directory, const std::string& one, const std::string& other) = 0;
    virtual void make_link(int directory, const std::string& name, const std::string& target) = 0;
    /// Also changes the link's own owner.
    virtual void change_link_owner(int directory, const std::string& name, std::uint32_t uid, std::uint32_t gid) = 0;
    virtual void remove_file(int directory, const std::string& name) = 0;
    virtual void remove_directory(int directory, const std::string& name) = 0;

    // --- locks and mounts
    /// Exclusive, dies with the process. `wait` false: returns false when another holds it.
    virtual bool lock(int fd, bool wait) = 0;
    virtual FileSystemStatus file_system_status(int fd) = 0;
    /// Mounts it on `directory`'s entry `name` with mode 0751, nosuid, nodev, noexec. False when the kernel does not
    /// know this kind; `reason` then says why.
    virtual bool mount_memory(int directory, const std::string& name, MemoryFileSystem kind, std::uint64_t size_bytes,
                              std::string& reason) = 0;
    /// Gives a tmpfs another limit; does nothing to a ramfs, which has none.
    virtual void resize_memory(int mount, std::uint64_t size_bytes) = 0;
    virtual bool swap_is_active() = 0;

    // --- people, time, processes
    virtual std::optional<User> find_user(const std::string& name) = 0;
    virtual std::optional<User> find_user_by_id(std::uint32_t uid) = 0;
    virtual std::optional<std::uint32_t> find_group(const std::string& name) = 0;
    virtual std::uint32_t effective_uid() = 0;
    /// Seconds since the epoch.
    virtual std::int64_t now() = 0;
    virtual std::optional<std::string> environment(const std::string& name) = 0;
    /// One datagram to a Unix socket. False when nobody takes it now: it is lost then, and nothing waits.
    virtual bool send_datagram(const std::string& socket_path, ByteView bytes) = 0;
    /// Lets some time pass.
    virtual void pause(unsigned seconds) = 0;
    /// Runs a program with the terminal and waits; argv[0] is looked up in PATH. For editors and ssh-keyscan on an
    /// operator's machine, never on a host.
    virtual ProcessResult run(const std::vector<std::string>& argv,
                              const std::map<std::string, std::string>& extra_environment) = 0;
    /// The same with nothing on its standard input, and its standard output collected.
    virtual std::string run_for_output(const std::vector<std::string>& argv,
                                       const std::map<std::string, std::string>& extra_environment,
                                       std::size_t limit_bytes) = 0;
    /// Runs a program with public bytes on its standard input, and hands on what it prints piece by piece, so that no
    /// more of it is in memory than the caller keeps. What `take` throws ends the program.
    virtual FilterResult run_filter(const Filter& filter, ByteView input,
                                    const std::function<void(ByteView)>& take) = 0;
    /// Runs a program by its absolute path, with an empty environment and nothing on its standard input; gives what it
    /// prints on both outputs, up to a limit: for systemctl on a host.
    virtual ToolResult run_tool(const std::vector<std::string>& argv, std::size_t limit_bytes) = 0;
    /// The same with nothing on its standard input, and what it prints on our standard error: for systemctl on a host.
    virtual ProcessResult run_aside(const std::vector<std::string>& argv) = 0;
};

/// "2026-11-20" and "2026-11-20T08:30:00Z" of a time in seconds, UTC.
std::string utc_date(std::int64_t seconds);
std::string utc_timestamp(std::int64_t seconds);

}  // namespace bestow::os
