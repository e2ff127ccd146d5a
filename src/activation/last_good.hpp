#pragma once
/// The last working ciphertext: a bundle of this host's below the state directory, so that a machine that restarts with
/// a broken store still has its secrets. Ciphertext only, root's, 0700; switched by one rename:
///
///   last-good/N/             manifest.json and the files that the last activation could use
///   last-good/current -> N
///   last-good/stale          since when which file is broken in the store, "SECONDS NAME" a line; "." is all of it
///
/// An empty state path is none: nothing is kept, and nothing found.

#include "activation/host_store.hpp"

#include <map>

namespace bestow::activation {

/// nullopt when there is none, or when others could have written it.
std::optional<HostStore> try_open_last_good(os::System& system, const std::string& state_path);

/// Files of the manifest that are not in `working` stay as they were kept before; others go. Does nothing when that is
/// what is kept. Throws Error when it could not be written; what was kept before is still there then.
void keep_last_good(os::System& system, const std::string& state_path, const delivery::Manifest& manifest,
                    const std::map<std::string, std::string>& working);

/// This host has none any more.
void forget_last_good(os::System& system, const std::string& state_path);

inline constexpr const char* kWholeStore = ".";
using BrokenSince = std::map<std::string, std::int64_t>;

BrokenSince read_broken(os::System& system, const std::string& state_path);
/// Does nothing when that is what is recorded.
void write_broken(os::System& system, const std::string& state_path, const BrokenSince& broken);

}  // namespace bestow::activation
