#include "activation/memory_directory.hpp"

#include "activation/trusted_path.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"

#include <array>
#include <cerrno>
#include <utility>

namespace bestow::activation {
namespace {

constexpr unsigned kDirectoryMode = 0751;
constexpr unsigned kLockMode = 0600;
constexpr std::uint64_t kFirstSizeBytes = std::uint64_t{16} * 1024 * 1024;
constexpr int kLockAttempts = 100;
constexpr const char* kSwapHint =
    "mount a tmpfs with noswap or a ramfs there; or allow_swap: true, in bestow.yaml and in /etc/bestow/host.yaml";

/// Empty when the file system behind `fd` may hold secrets, else what it is.
std::string unfitness_of(os::System& system, int fd, Accept accept) {
    const os::FileSystemStatus status = system.file_system_status(fd);
    switch (status.type) {
        case os::FileSystemStatus::Type::Ramfs:
            return {};
        case os::FileSystemStatus::Type::Tmpfs:
            // A directory of /run itself, as a run leaves it that was killed before mounting, is not good enough.
            return status.noswap || (accept.swap && (status.mount_root || accept.unmounted)) ? ""
                                                                                             : "a tmpfs that can swap";
        case os::FileSystemStatus::Type::Other:
            break;
    }
    return format("{}, not a memory file system", status.type_name);
}

/// Where nothing is mounted, only what bestow has used before counts as there.
bool is_in_use(os::System& system, int fd) {
    const os::FileSystemStatus status = system.file_system_status(fd);
    return status.noswap || status.mount_root || system.try_read_link(fd, "current");
}

bool is_fit(os::System& system, int fd, const std::string& directory, Accept accept) {
    const std::string unfitness = unfitness_of(system, fd, accept);
    if (unfitness.empty()) {
        check_trust(system.status(fd), system.effective_uid(), directory);
        return is_in_use(system, fd);
    }
    if (system.file_system_status(fd).mount_root) {
        throw Error(ErrorKind::Failed, format("what is mounted on {} is {}", quoted(directory), unfitness), kSwapHint);
    }
    if (!system.list_directory(fd).empty()) {
        throw Error(ErrorKind::Failed, format("{} is on {} and holds something already", quoted(directory), unfitness),
                    "remove it and run again");
    }
    return false;
}

enum class Locking { Directory, Elsewhere };

/// The directory, locked, as it is under its name at that time: a mount may have covered it while we waited.
std::optional<os::UniqueFd> lock_by_name(os::System& system, int run, const std::string& directory,
                                         Locking locking = Locking::Directory) {
    if (locking == Locking::Elsewhere) {
        return system.try_open_directory_beneath(run, directory);
    }
    for (int attempt = 0; attempt < kLockAttempts; ++attempt) {
        auto opened = system.try_open_directory_beneath(run, directory);
        if (!opened) {
            return std::nullopt;
        }
        (void)system.lock(opened->get(), true);
        const auto again = system.try_open_directory_beneath(run, directory);
        if (again) {
            const os::FileStatus held = system.status(opened->get());
            const os::FileStatus named = system.status(again->get());
            if (held.device == named.device && held.inode == named.inode) {
                return opened;
            }
        }
    }
    throw Error(ErrorKind::Failed, format("{} is replaced again and again", quoted(directory)));
}

void mount_on(os::System& system, int run, const std::string& directory, Accept accept, FirstChoice first) {
    std::array kinds = {os::MemoryFileSystem::TmpfsNoswap, os::MemoryFileSystem::Ramfs, os::MemoryFileSystem::Tmpfs};
    if (first == FirstChoice::Ramfs) {
        std::swap(kinds[0], kinds[1]);
    }
    std::string reasons;
    for (const auto kind : kinds) {
        if (kind == os::MemoryFileSystem::Tmpfs && !accept.swap) {
            continue;
        }
        std::string reason;
        if (system.mount_memory(run, directory, kind, kFirstSizeBytes, reason)) {
            return;
        }
        reasons += reasons.empty() ? reason : "; " + reason;
    }
    throw Error(ErrorKind::Failed, format("no memory file system that cannot swap is to be had: {}", reasons),
                kSwapHint);
}

/// False where nothing can be mounted, and a directory of RUN's own is accepted.
bool try_mount_on(os::System& system, int run, const std::string& directory, Accept accept, FirstChoice first) {
    if (!accept.mount) {
        return false;
    }
    try {
        mount_on(system, run, directory, accept, first);
        return true;
    } catch (Error& error) {
        if (accept.swap && accept.unmounted) {
            return false;
        }
        if (error.kind() == ErrorKind::System) {
            error.set_hint(
                "in a container without the right to mount, its manager can mount a tmpfs with noswap or a ramfs on "
                "RUN/secrets.d from outside; or allow_swap: true, in bestow.yaml and in /etc/bestow/host.yaml");
        }
        throw;
    }
}

void make_entry_if_missing(os::System& system, int run, const SetNames& names) {
    if (!system.try_status(run, names.entry)) {
        system.make_link(run, names.entry, names.entry_target());
    }
}

struct Making {
    os::System& system;
    int run;
    const std::string& directory;
    Accept accept;
    FirstChoice first;
    Locking locking;
};

os::UniqueFd make(const Making& making) {
    const auto& [system, run, directory, accept, first, locking] = making;
    if (!system.try_status(run, directory)) {
        try {
            system.make_directory(run, directory, kDirectoryMode);
        } catch (const Error&) {
            if (!system.try_status(run, directory)) {  // another activation may just have made it
                throw;
            }
        }
    }
    {
        auto covered = lock_by_name(system, run, directory, locking);
        if (covered && is_fit(system, covered->get(), directory, accept)) {
            return std::move(*covered);
        }
        if (covered && !try_mount_on(system, run, directory, accept, first)) {
            (void)check_memory(system, covered->get(), directory, accept);
            return std::move(*covered);
        }
    }
    auto mounted = lock_by_name(system, run, directory, locking);
    if (!mounted || !is_fit(system, mounted->get(), directory, accept)) {
        throw Error(ErrorKind::Failed, format("{} was mounted but is not to be seen", quoted(directory)));
    }
    return std::move(*mounted);
}

}  // namespace

SetNames names_of(delivery::Phase phase) {
    return phase == delivery::Phase::Early ? SetNames{"secrets-early", "secrets-early.d"}
                                           : SetNames{"secrets", "secrets.d"};
}

std::optional<os::UniqueFd> try_open_memory(os::System& system, int run, const std::string& directory, Accept accept) {
    auto opened = system.try_open_directory_beneath(run, directory);
    if (!opened || !is_fit(system, opened->get(), directory, accept)) {
        return std::nullopt;
    }
    return opened;
}

std::optional<os::UniqueFd> try_lock_memory(os::System& system, int run, const std::string& directory, Accept accept) {
    auto locked = lock_by_name(system, run, directory);
    if (!locked || !is_fit(system, locked->get(), directory, accept)) {
        return std::nullopt;
    }
    return locked;
}

os::UniqueFd lock_beside(os::System& system, int run, const std::string& directory) {
    const std::string name = format(".{}.lock", directory);
    auto file = system.try_open_file_beneath(run, name);
    if (!file) {
        try {
            file = system.create_file(run, name, kLockMode);
        } catch (const Error&) {
            file = system.try_open_file_beneath(run, name);  // another run may just have made it
            if (!file) {
                throw;
            }
        }
    }
    check_trust(system.status(file->get()), system.effective_uid(), name);
    (void)system.lock(file->get(), true);
    return std::move(*file);
}

os::UniqueFd make_and_lock_memory(os::System& system, int run, const std::string& directory, Accept accept) {
    return make({system, run, directory, accept, FirstChoice::TmpfsNoswap, Locking::Directory});
}

os::UniqueFd make_memory(os::System& system, int run, const std::string& directory, Accept accept, FirstChoice first) {
    return make({system, run, directory, accept, first, Locking::Elsewhere});
}

void mount_sets(os::System& system, const std::string& run_directory, bool allow_swap) {
    const TrustedDirectory run = open_trusted_directory(system, run_directory);
    for (const auto phase : {delivery::Phase::Main, delivery::Phase::Early}) {
        const SetNames names = names_of(phase);
        const auto memory = make_and_lock_memory(system, run.fd.get(), names.directory, allow_swap);
        const os::FileSystemStatus status = system.file_system_status(memory.get());
        if (status.source == "bestow" && status.size_bytes != 0 && status.size_bytes < kMountedSizeBytes) {
            system.resize_memory(memory.get(), kMountedSizeBytes);
        }
        make_entry_if_missing(system, run.fd.get(), names);
    }
}

bool check_memory(os::System& system, int memory, const std::string& directory, Accept accept) {
    const std::string unfitness = unfitness_of(system, memory, accept);
    if (!unfitness.empty()) {
        throw Error(ErrorKind::Failed, format("{} is on {}", quoted(directory), unfitness), kSwapHint);
    }
    check_trust(system.status(memory), system.effective_uid(), directory);
    return !system.file_system_status(memory).noswap;
}

void reserve_memory(os::System& system, int memory, std::uint64_t needed_bytes) {
    const os::FileSystemStatus status = system.file_system_status(memory);
    if (status.size_bytes == 0 || status.free_bytes >= needed_bytes) {
        return;
    }
    try {
        if (status.source == "bestow") {
            system.resize_memory(memory, status.size_bytes + 2 * needed_bytes);
            return;
        }
    } catch (const Error&) {  // NOLINT(bugprone-empty-catch): the same as what cannot be enlarged by right
    }
    Error error = Error::system(format("{} bytes are needed, {} are free", needed_bytes, status.free_bytes), ENOSPC);
    throw error.set_hint("remount it with a larger size=");
}

}  // namespace bestow::activation
