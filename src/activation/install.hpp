#pragma once
/// `bestow install`: a bundle that was brought to this machine takes the place of the one before, once it is known that
/// this machine can open it.

#include "activation/activate.hpp"
#include "delivery/manifest.hpp"

namespace bestow::activation {

struct InstallOptions {
    std::string bundle;  ///< a directory that root owns along its whole path, or `owner`
    std::string owner;   ///< a user who may have written the bundle; empty: root alone
    Options host;        ///< where to (`store`), for which host, with which identities
};

struct InstallReport {
    std::string host;
    std::string store_path;
    bool changed = false;  ///< false: that very bundle was there
    delivery::Provenance provenance;
    std::vector<std::string> warnings;
};

/// Copies it beside its place, opens every file in the copy, exchanges it for what was there by one rename, and writes
/// the stamp (STORE.stamp) last. Throws Error(Failed) with a line for each secret that cannot be had, and has changed
/// nothing then.
InstallReport install(os::System& system, const InstallOptions& options);

}  // namespace bestow::activation
