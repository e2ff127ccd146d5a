#pragma once
/// The store as a host reads it: beneath one directory, no links, regular files that only root can have written, with
/// a limit on their size. Reads only.

#include "activation/trusted_path.hpp"
#include "delivery/manifest_json.hpp"
#include "policy/parse.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace bestow::activation {

class HostStore {
  public:
    /// Throws Error(NotFound), Error(Policy) for a path that others can change.
    HostStore(os::System& system, const std::string& path);
    /// The same, where another user besides root may have written it.
    HostStore(os::System& system, const std::string& path, std::uint32_t trusted_uid);

    [[nodiscard]] const std::string& path() const { return directory_.path; }

    /// Nullopt when there is none; throws Error(Policy) for what is not trusted, Error(Format) above 64 MiB.
    std::optional<std::string> try_read(const std::string& name);

    /// Of a bundle; nullopt where there is a whole store. Throws Error(Policy), for both at once, too.
    std::optional<delivery::ReadManifest> try_load_manifest();

    /// bestow.yaml with everything that it includes; unknown keys are warnings. Throws Error(Policy).
    policy::Policy load_policy();

  private:
    /// False when one of the folders on the way to `name` is missing.
    bool folders_are_trusted(const std::string& name);
    std::vector<std::string> match(const std::string& pattern);
    void collect(const std::string& folder, std::size_t depth, std::vector<std::string>& files);

    os::System& system_;
    std::uint32_t own_uid_;
    TrustedDirectory directory_;
    std::set<std::string> trusted_folders_;
};

}  // namespace bestow::activation
