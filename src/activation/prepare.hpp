#pragma once
/// Everything that an activation finds out before it touches anything: settings, policy, which host this is, and every
/// item with its content or its fault.

#include "activation/activate.hpp"
#include "policy/host_settings.hpp"

namespace bestow::activation {

struct Prepared {
    policy::HostSettings settings;
    std::string store_path;
    delivery::Manifest manifest;  ///< this host's, whole
    std::vector<std::string> warnings;
    std::vector<SecretBytes> tag_keys;                             ///< ThisHost's
    std::map<delivery::Phase, std::vector<delivery::Item>> items;  ///< one entry for each phase that was asked for
};

std::vector<delivery::Phase> phases_of(Phases phases);

/// Reads and decrypts every file that is needed once. Throws Error(Policy), Error(NoIdentity), Error(NotFound).
Prepared prepare(os::System& system, const Options& options);

}  // namespace bestow::activation
