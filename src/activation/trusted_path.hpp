#pragma once
/// Directories that nobody but root can have a hand in: each one on the way is root's and not writable by others
/// (sticky ones count as safe). Whoever runs bestow without privileges may own them too.

#include "os/system.hpp"

#include <optional>
#include <string>

namespace bestow::activation {

/// "is owned by uid 1000" or "can be written by others"; empty when it is neither.
std::string distrust_of(const os::FileStatus& status, std::uint32_t own_uid);

/// Throws Error(Policy), naming `path`, when there is a reason to.
void check_trust(const os::FileStatus& status, std::uint32_t own_uid, const std::string& path);

struct TrustedDirectory {
    os::UniqueFd fd;
    std::string path;  ///< absolute, links resolved
};

/// Whom one walk trusts beside root and whoever runs bestow.
struct AlsoTrusted {
    std::optional<std::uint32_t> uid;
    bool any_owner = false;  ///< but still nobody beside the owner
};

/// Walks component by component, through links that are trusted themselves. Throws Error(NotFound), Error(Policy).
TrustedDirectory open_trusted_directory(os::System& system, const std::string& path, AlsoTrusted also = {});

/// The same without following any link; for the folders of links that are to be made. `path` is absolute.
TrustedDirectory open_trusted_without_links(os::System& system, const std::string& path, AlsoTrusted also = {});

}  // namespace bestow::activation
