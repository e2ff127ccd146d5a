#pragma once
/// RUN/secrets.d: a directory on a memory file system that cannot swap, made when it is not there, and proved on the
/// very descriptor that will be written, since /run is a tmpfs too.

#include "os/system.hpp"

#include <optional>
#include <string>

namespace bestow::activation {

/// What one set of files is called below RUN.
struct SetNames {
    std::string entry;      ///< "secrets": a link to DIRECTORY/current
    std::string directory;  ///< "secrets.d": the mount
};

/// nullopt when it is not there, or nothing is mounted on it yet. Waits for nothing.
std::optional<os::UniqueFd> try_open_memory(os::System& system, int run, const std::string& directory, bool allow_swap);

/// The same, locked; waits for other activations.
std::optional<os::UniqueFd> try_lock_memory(os::System& system, int run, const std::string& directory, bool allow_swap);

/// Makes and mounts what is missing: tmpfs with noswap, else ramfs, else plain tmpfs if `allow_swap`. Throws
/// Error(Failed) when none can be had, and when something else is there.
os::UniqueFd make_and_lock_memory(os::System& system, int run, const std::string& directory, bool allow_swap);

/// Throws Error(Failed) unless secrets may lie there. True when they could reach swap, which `allow_swap` accepts.
bool check_memory(os::System& system, int memory, const std::string& directory, bool allow_swap);

/// Makes sure that so much fits; throws Error(Failed) when it does not. Only what bestow mounted itself is enlarged.
void reserve_memory(os::System& system, int memory, std::uint64_t needed_bytes);

}  // namespace bestow::activation
