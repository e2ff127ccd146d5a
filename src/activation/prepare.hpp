#pragma once
/// Everything that an activation finds out before it touches anything: settings, policy, which host this is, and every
/// item with its content or its fault.

#include "activation/activate.hpp"
#include "activation/host_identity.hpp"
#include "activation/host_store.hpp"
#include "activation/places.hpp"

namespace bestow::activation {

struct Prepared {
    policy::HostSettings settings;
    std::string store_path;
    delivery::Manifest manifest;  ///< this host's, whole
    std::vector<std::string> warnings;
    std::vector<SecretBytes> tag_keys;                             ///< ThisHost's
    std::map<delivery::Phase, std::vector<delivery::Item>> items;  ///< one entry for each phase that was asked for
};

/// A user has no early phase: it is about users that are not there yet. Throws Error(Usage) when he asks for it.
std::vector<delivery::Phase> phases_of(const Options& options);

/// A store whose policy, or whose manifest, could be read.
struct Source {
    HostStore store;
    policy::Policy policy;  ///< of a bundle: as much as tells which host it is for
    std::optional<delivery::Manifest> bundle;
};
/// Throws Error(Policy), Error(NotFound), Error(Format).
Source open_source(os::System& system, const Options& options, const policy::HostSettings& settings);

/// This host's part of a store, and the keys that prove it.
struct Identified {
    HostKeys keys;
    ThisHost self;
    delivery::Manifest manifest;
};
/// Throws Error(NoIdentity), Error(Policy).
Identified identify(os::System& system, const Options& options, const policy::HostSettings& settings,
                    const Source& source);

/// Reads and decrypts every file that is needed once. Throws Error(Policy), Error(NoIdentity), Error(NotFound).
Prepared prepare(os::System& system, const Options& options);

}  // namespace bestow::activation
