#pragma once
/// `rotate`: new values in the place of old ones, and of everything that is made from them, in one batch.

#include "operations/approved_commands.hpp"
#include "operations/derivation.hpp"
#include "operations/working_files.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace bestow::operations {

struct RotationItem {
    const policy::SecretSource* source = nullptr;
    std::string made_from;  ///< the secret whose rotation takes this one with it; empty for one that was named
    bool keeps_previous = false;
    bool resumed = false;  ///< nobody asked for it now, but it was left between two files
    bool done = false;     ///< a run of this that was interrupted has written it
    bool public_half_done = false;
    std::optional<Derivation> derivation = {};

    [[nodiscard]] bool is_generated() const { return source->secret->generate.has_value(); }
};

/// What a host notices: units by what happens to them.
struct HostChange {
    std::set<std::string> restart;
    std::set<std::string> reload;
};

struct RotationPlan {
    std::vector<RotationItem> items;          ///< inputs before what is made from them
    std::map<std::string, HostChange> hosts;  ///< those whose delivered files change, by name
};

struct RotationRequest {
    std::vector<std::string> names;  ///< secrets, or patterns as powerdns/*
    std::string host;                ///< where values differ: only this host's
    bool due = false;                ///< of these, or of all when there are none, only what `rotate_after` says is due
};

/// Points into the store's view. What an interrupted run left between two files is part of it. Throws Error(Failed)
/// when that run was a `generate`, Error(NotFound) for a name that is not declared or a pattern that fits nothing,
/// Error(Usage) where --host is needed or of no use, Error(Policy) where a CA without its certificate is to sign.
RotationPlan plan_rotation(const OpenStore& store, const RotationRequest& request);

struct RotationInput {
    /// Gives the new value of a secret that is not generated.
    std::function<SecretBytes(const policy::SecretSource& source)> ask;
    Confirmation confirmation;
    CommandApproval approval;
};

/// Gives warnings. Throws what a generator or `ask` throws; nothing is written then.
std::vector<std::string> apply_rotation(OpenStore& store, const RotationPlan& plan, const RotationInput& input);

}  // namespace bestow::operations
