#pragma once
/// /etc/bestow/host.yaml: what a machine's owner trusts its store with. It is root's and lies outside the store, so
/// that whoever can push to the store is not thereby root.
///
///   store: /var/lib/bestow/store     # default
///   host: schere                     # default: the host whose private key is here
///   links: [/etc/luks-keys]          # where `path:` may make links; default: nowhere
///   signers: []                      # who may sign: kept for a later version, and refused unless it is empty

#include <string>
#include <string_view>
#include <vector>

namespace bestow::policy {

struct HostSettings {
    std::string store = "/var/lib/bestow/store";
    std::string host;
    std::vector<std::string> link_prefixes;  ///< absolute, without "." and ".."
};

/// Throws Error(Policy) with line and the nearest valid word; unknown keys are errors, since this file is written for
/// the bestow that reads it.
HostSettings parse_host_settings(std::string text);

}  // namespace bestow::policy
