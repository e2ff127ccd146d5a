#pragma once
/// /etc/bestow/host.yaml: what a machine's owner trusts its store with. It is root's and lies outside the store, so
/// that whoever can push to the store is not thereby root.
///
///   store: /var/lib/bestow/store     # default
///   host: schere                     # default: the host whose private key is here
///   links: [/etc/luks-keys]          # where `path:` may make links; default: nowhere
///   identities: [/persist/key]       # key files beside the usual ones, tried before them
///   run_dir: /run                    # where secrets and secrets.d lie
///   allow_swap: false                # whether the store's `allow_swap: true` counts here
///   signers: []                      # who may sign: kept for a later version, and refused unless it is empty

#include <string>
#include <string_view>
#include <vector>

namespace bestow::policy {

struct HostSettings {
    std::string store = "/var/lib/bestow/store";
    std::string host;
    std::vector<std::string> link_prefixes;  ///< absolute, without "." and "..", like all paths here
    std::vector<std::string> identities;
    std::string run_directory;  ///< empty: the usual one
    /// The store alone cannot let secrets swap: whoever may push to it must gain nothing.
    bool allow_swap = false;
};

/// Over `defaults`. Throws Error(Policy) with line and the nearest valid word; unknown keys are errors, since this file
/// is written for the bestow that reads it.
HostSettings parse_host_settings(std::string text, HostSettings defaults = {});

}  // namespace bestow::policy
