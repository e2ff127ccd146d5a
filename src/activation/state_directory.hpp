#pragma once
/// /var/lib/bestow: what an activation remembers across reboots. Nothing in it is secret, and nothing in it is trusted
/// unless nobody but root can have written it.

#include "os/system.hpp"

#include <optional>
#include <string>
#include <vector>

namespace bestow::activation {

inline constexpr const char* kStateDirectory = "/var/lib/bestow";

/// nullopt when it is not there, or when others could have written it.
std::optional<os::UniqueFd> try_open_state(os::System& system, const std::string& path);
/// Made with whatever is missing above it, 0700. Throws Error(Policy) when others can write it.
os::UniqueFd make_state(os::System& system, const std::string& path);

/// The links that lead to a set, so that they go with their secrets even when a reboot has emptied RUN in between.
/// `entry`: "secrets". Unreadable is empty.
std::vector<std::string> read_link_record(os::System& system, const std::string& path, const std::string& entry);
/// Does nothing when that is what is recorded.
void write_link_record(os::System& system, const std::string& path, const std::string& entry,
                       const std::vector<std::string>& links);

}  // namespace bestow::activation
