#pragma once
/// The caller's own keys among a store's readers: they need no confirmation, and whoever takes them away locks himself
/// out.

#include "operations/known_readers.hpp"
#include "operations/open_store.hpp"
#include "operations/sync.hpp"

#include <set>
#include <string>
#include <vector>

namespace bestow::operations {

/// Every recipient that the caller's identities open; those of ed25519 SSH keys in both forms. Loads the identities.
std::set<std::string> own_recipients(OpenStore& store);

/// confirm_readers for this store, where a reader with one of the caller's own keys is known. The identities are loaded
/// only when somebody else is not known either.
void confirm_readers(OpenStore& store, const std::vector<policy::Reader>& readers, Confirmation confirmation);

/// The files of a plan that the caller reads now and will not read once it is applied.
std::vector<std::string> files_lost_to_caller(OpenStore& store, const SyncPlan& plan);

/// Is the last operator's entry with a key of the caller's the one with this name?
bool is_callers_last_entry(OpenStore& store, const std::string& operator_name);

}  // namespace bestow::operations
