#pragma once
/// Everything that an activation finds out before it touches anything: settings, policy, which host this is, and every
/// item with its content or its fault.

#include "activation/activate.hpp"
#include "activation/host_identity.hpp"
#include "activation/host_store.hpp"
#include "activation/last_good.hpp"
#include "activation/places.hpp"
#include "delivery/due.hpp"

namespace bestow::activation {

struct Prepared {
    policy::HostSettings settings;
    std::string store_path;
    delivery::Manifest manifest;  ///< this host's, whole
    std::vector<std::string> warnings;
    std::vector<delivery::Problem> problems;
    std::vector<delivery::AgingValue> aging;                       ///< values that `rotate_after` is said of
    std::map<std::string, std::string> working;                    ///< ciphertext of files with nothing wrong, by name
    BrokenSince broken;                                            ///< the others
    bool from_last_good = false;                                   ///< the store itself could not be read
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

/// What may stand in for a broken store; by default nothing.
struct LastGood {
    std::string state_path;
    bool for_whole_store = false;  ///< nothing is live that could stay
};

/// Reads and decrypts every file that is needed once. Throws Error(Policy), Error(NoIdentity), Error(NotFound).
Prepared prepare(os::System& system, const Options& options, const LastGood& last_good = {});

/// What works is kept, once it is delivered. Gives a warning when that failed, else an empty text. The early phase may
/// have no disk to write to yet, and the main one follows it.
std::string keep_for_next_boot(os::System& system, const Options& options, const std::string& state_path,
                               const Prepared& prepared);

}  // namespace bestow::activation
