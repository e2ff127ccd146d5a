#include "os/posix_calls.hpp"
#include "os/posix_system.hpp"

#include <array>
#include <charconv>

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

namespace bestow::os {
namespace {

constexpr std::size_t kMountTableBytes = std::size_t{64} * 1024 * 1024;
constexpr std::uint64_t kBytesPerInode = 4096;
constexpr const char* kDirectoryMode = "0751";

/// What the kernel says about the last failed step on a file system context ("e tmpfs: Unknown parameter 'noswap'").
std::string explanation(int context, int errno_value) {
    std::array<char, 512> message = {};
    const ssize_t count = ::read(context, message.data(), message.size());
    const std::string_view text(message.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
    if (text.size() > 2) {
        return std::string(trim(text.substr(2)));
    }
    return Error::system("the kernel refuses", errno_value).message();
}

bool set_option(int context, const char* key, const std::string& value) {
    return ::fsconfig(context, FSCONFIG_SET_STRING, key, value.c_str(), 0) == 0;
}

bool set_limits(int context, std::uint64_t size_bytes) {
    return set_option(context, "size", std::to_string(size_bytes)) &&
           set_option(context, "nr_inodes", std::to_string(size_bytes / kBytesPerInode));
}

/// All options of one kind of memory file system, and the file system itself; false when the kernel does not know one.
bool create_memory(int context, MemoryFileSystem kind, std::uint64_t size_bytes) {
    const bool limited = kind == MemoryFileSystem::Ramfs || set_limits(context, size_bytes);
    const bool unswappable =
        kind != MemoryFileSystem::TmpfsNoswap || ::fsconfig(context, FSCONFIG_SET_FLAG, "noswap", nullptr, 0) == 0;
    return limited && unswappable && set_option(context, "source", "bestow") &&
           set_option(context, "mode", kDirectoryMode) &&
           ::fsconfig(context, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) == 0;
}

/// The fields of the mount table's line for one mount that matter here.
struct MountLine {
    std::string type;
    std::string source;
    std::string options;  ///< those of the mount, a comma, those of the file system
};

/// "36 35 98:0 / /mnt rw,noatime master:1 - ext3 /dev/root rw,errors=continue" (proc(5)).
MountLine parse_mount_line(std::string_view line) {
    const std::vector<std::string_view> fields = split(line, ' ');
    for (std::size_t index = 6; index + 3 < fields.size(); ++index) {
        if (fields[index] == "-") {
            return {std::string(fields[index + 1]), std::string(fields[index + 2]),
                    format("{},{}", fields[5], fields[index + 3])};
        }
    }
    throw Error(ErrorKind::Failed, "the mount table has an unexpected form");
}

MountLine find_mount(System& system, std::uint64_t mount_id) {
    const auto table = system.open_for_reading("/proc/self/mountinfo");
    const std::string text = system.read_text(table.get(), kMountTableBytes, "/proc/self/mountinfo");
    for (const std::string_view line : split(text, '\n')) {
        std::uint64_t id = 0;
        const auto [end, failure] = std::from_chars(line.data(), line.data() + line.size(), id);
        if (failure == std::errc() && id == mount_id) {
            return parse_mount_line(line);
        }
    }
    throw Error(ErrorKind::Failed, "the mount of an open directory is not in the mount table",
                "is this another mount namespace?");
}

bool has_option(std::string_view options, std::string_view wanted) {
    for (const std::string_view option : split(options, ',')) {
        if (option == wanted) {
            return true;
        }
    }
    return false;
}

}  // namespace

bool PosixSystem::lock(int fd, bool wait) {
    const int operation = wait ? LOCK_EX : LOCK_EX | LOCK_NB;
    if (retry_interrupted([&] { return ::flock(fd, operation); }) == 0) {
        return true;
    }
    if (errno == EWOULDBLOCK) {
        return false;
    }
    throw Error::system("cannot lock", errno);
}

FileSystemStatus PosixSystem::file_system_status(int fd) {
    struct statfs numbers = {};
    struct statx identity = {};
    if (::fstatfs(fd, &numbers) != 0 ||
        ::statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_MNT_ID, &identity) != 0) {
        throw Error::system("cannot examine a file system", errno);
    }
    const MountLine mount = find_mount(*this, identity.stx_mnt_id);
    FileSystemStatus result;
    result.type_name = mount.type;
    result.source = mount.source;
    result.mount_options = mount.options;
    result.mount_root = (identity.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
    result.size_bytes = static_cast<std::uint64_t>(numbers.f_blocks) * static_cast<std::uint64_t>(numbers.f_bsize);
    result.free_bytes = static_cast<std::uint64_t>(numbers.f_bavail) * static_cast<std::uint64_t>(numbers.f_bsize);
    if (numbers.f_type == TMPFS_MAGIC && mount.type == "tmpfs") {
        result.type = FileSystemStatus::Type::Tmpfs;
        result.noswap = has_option(mount.options, "noswap");
    } else if (numbers.f_type == RAMFS_MAGIC && mount.type == "ramfs") {
        result.type = FileSystemStatus::Type::Ramfs;
        result.noswap = true;
    }
    return result;
}

bool PosixSystem::mount_memory(int directory, const std::string& name, MemoryFileSystem kind, std::uint64_t size_bytes,
                               std::string& reason) {
    // Built detached and then moved into place, so that the mount point never shows it with other options.
    const UniqueFd context(::fsopen(kind == MemoryFileSystem::Ramfs ? "ramfs" : "tmpfs", FSOPEN_CLOEXEC));
    if (!context.valid()) {
        if (errno == ENODEV) {
            reason = "the kernel has no such file system";
            return false;
        }
        throw last_error("prepare a memory file system for", name).set_hint("mounting needs root (CAP_SYS_ADMIN)");
    }
    if (!create_memory(context.get(), kind, size_bytes)) {
        if (errno != EINVAL) {
            throw last_error("make a memory file system for", name);
        }
        reason = explanation(context.get(), errno);
        return false;
    }
    const UniqueFd mount(
        ::fsmount(context.get(), FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC));
    if (!mount.valid()) {
        throw last_error("mount", name);
    }
    const UniqueFd target(open_beneath(directory, name, O_PATH | O_DIRECTORY));
    if (!target.valid()) {
        throw last_error("open directory", name);
    }
    if (::move_mount(mount.get(), "", target.get(), "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) != 0) {
        throw last_error("mount on", name);
    }
    return true;
}

void PosixSystem::resize_memory(int mount, std::uint64_t size_bytes) {
    if (file_system_status(mount).type != FileSystemStatus::Type::Tmpfs) {
        return;
    }
    const UniqueFd context(::fspick(mount, "", FSPICK_CLOEXEC | FSPICK_EMPTY_PATH));
    if (!context.valid() || !set_limits(context.get(), size_bytes) ||
        ::fsconfig(context.get(), FSCONFIG_CMD_RECONFIGURE, nullptr, nullptr, 0) != 0) {
        throw Error::system("cannot enlarge the memory file system", errno);
    }
}

bool PosixSystem::swap_is_active() {
    const auto table = try_open_file("/proc/swaps");
    if (!table) {
        return false;  // a kernel without swap
    }
    const std::string text = read_text(table->get(), kMountTableBytes, "/proc/swaps");
    return split(trim(text), '\n').size() > 1;
}

}  // namespace bestow::os
