#pragma once
/// A host or an operator goes, or changes keys: what becomes of the policy and of the files, planned before anything is
/// written and then written as one. Who goes leaves the files first and bestow.yaml last, a new key stands in
/// bestow.yaml first: wherever a run was interrupted, the same command finishes its job.

#include "operations/enrol.hpp"
#include "operations/reader_scope.hpp"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace bestow::operations {

struct ReaderChange {
    PolicyWrites policy;
    std::set<std::string> lost;          ///< recipients that will be in no file any more
    std::vector<Readable> readable;      ///< files there are, and what the reader could read in them until now
    std::unique_ptr<PolicyView> before;  ///< the store goes on with the policy as it will be
    SyncPlan plan;
    std::vector<std::string> abandoned;     ///< files that held declared secrets and do not any more
    std::vector<policy::Reader> newcomers;  ///< the new keys
    std::vector<policy::Reader> keepers;    ///< who reads the private key that is kept, if one was made
    std::string old_key;                    ///< of a replacement, as a person knows it; empty: there was none any more
};

/// Throws Error(NotFound) with the nearest name, and Error(Policy) where a file would be left without an operator.
ReaderChange plan_removal(OpenStore& store, policy::Reader::Kind kind, const std::string& name);

struct ReplacementRequest {
    policy::Reader::Kind kind = policy::Reader::Kind::Host;
    std::string name;
    std::vector<std::string> keys;  ///< as they will stand in bestow.yaml; none: only a key with a date goes
    std::string old_key;            ///< key or SSH fingerprint; empty: the only one that is neither new nor dated
    std::string until;              ///< the old key stays until that date; empty: it goes at once
};
/// Throws Error(Usage) where it is not clear which key is the old one, and as check_until does; Error(NotFound) where
/// there is no old key that could stay or go.
ReaderChange plan_replacement(OpenStore& store, const ReplacementRequest& request);

/// Throws Error(Usage) for what is no date, and for one that has passed.
void check_until(os::System& system, const std::string& until);

/// The planned files that no identity here opens: nothing will be done about them.
std::vector<FileProblem> closed_files(OpenStore& store, const SyncPlan& plan);

/// Why the caller opens none of the planned files; nullopt when he opens one, or nothing is planned.
std::optional<Error> why_all_are_closed(OpenStore& store, const SyncPlan& plan);

/// An SSH key's fingerprint, else the key itself.
std::string shown_key(const policy::Key& key);

SyncResult apply_change(OpenStore& store, const ReaderChange& change, const Confirmation& confirmation,
                        const SyncProgress& progress = {});

}  // namespace bestow::operations
