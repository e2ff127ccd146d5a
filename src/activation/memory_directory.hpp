#pragma once
/// RUN/secrets.d: a directory on a memory file system that cannot swap, made when it is not there, and proved on the
/// very descriptor that will be written, since /run is a tmpfs too.

#include "delivery/manifest.hpp"
#include "os/system.hpp"

#include <optional>
#include <string>

namespace bestow::activation {

/// A limit and nothing reserved: three generations of the largest size, since who writes may not be able to enlarge it.
inline constexpr std::uint64_t kMountedSizeBytes = std::uint64_t{256} * 1024 * 1024;

/// What one set of files is called below RUN.
struct SetNames {
    std::string entry;      ///< "secrets": a link to DIRECTORY/current
    std::string directory;  ///< "secrets.d": the mount

    /// What the entry leads to.
    [[nodiscard]] std::string entry_target() const { return directory + "/current"; }
};

SetNames names_of(delivery::Phase phase);

/// What secrets may lie on.
struct Accept {
    // Not explicit: whether swap is allowed is all that most callers have to say.
    Accept(bool swap_allowed) : swap(swap_allowed) {}  // NOLINT(google-explicit-constructor)

    /// To look at what is there; whether it is good enough is told later.
    static Accept whatever() { return of_user(); }
    /// Nothing can be mounted without privileges.
    static Accept of_user() {
        Accept accept(true);
        accept.unmounted = true;
        accept.mount = false;
        return accept;
    }

    bool swap = false;       ///< a tmpfs mounted on the directory that can swap
    bool unmounted = false;  ///< with `swap`: a directory of RUN's own tmpfs, where nothing can be mounted
    bool mount = true;       ///< try to, before that
};

/// nullopt when it is not there, or nothing is mounted on it yet. Waits for nothing.
std::optional<os::UniqueFd> try_open_memory(os::System& system, int run, const std::string& directory, Accept accept);

/// The same, locked; waits for other activations.
std::optional<os::UniqueFd> try_lock_memory(os::System& system, int run, const std::string& directory, Accept accept);

/// Which one is mounted where both can be had.
enum class FirstChoice { TmpfsNoswap, Ramfs };

/// The lock on a directory is anybody's who may list it. Where that is more than root, a file beside it is locked
/// instead, which nobody else can open: RUN/.DIRECTORY.lock. Waits for others; released when the descriptor is closed.
os::UniqueFd lock_beside(os::System& system, int run, const std::string& directory);

/// Makes and mounts what is missing: tmpfs with noswap or ramfs, else plain tmpfs, else nothing, if that is accepted.
/// Throws Error(Failed) when none can be had, and when something else is there.
os::UniqueFd make_and_lock_memory(os::System& system, int run, const std::string& directory, Accept accept);
/// The same for whoever holds the lock beside it already.
os::UniqueFd make_memory(os::System& system, int run, const std::string& directory, Accept accept, FirstChoice first);

/// Makes and mounts the memory of both sets in `run_directory`, and their entries: all that an activation without the
/// right to mount, or in a mount namespace of its own, finds there and does not make. Throws Error(Failed) like
/// make_and_lock_memory, and when an entry is something else.
void mount_sets(os::System& system, const std::string& run_directory, bool allow_swap);

/// Throws Error(Failed) unless secrets may lie there. True when they could reach swap, which is accepted then.
bool check_memory(os::System& system, int memory, const std::string& directory, Accept accept);

/// Makes sure that so much fits; throws Error(System) with ENOSPC when it does not. Only what bestow mounted itself is
/// enlarged.
void reserve_memory(os::System& system, int memory, std::uint64_t needed_bytes);

}  // namespace bestow::activation
