#pragma once
/// Hosts and operators come and go: changes of the policy's texts, and what follows for the encrypted files.

#include "operations/open_store.hpp"
#include "operations/sync.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace bestow::operations {

/// A store, locked, with bestow.yaml as it will be. Nothing has written that yet.
struct EditedStore {
    OpenStore store;
    PolicyTexts texts;  ///< none when nothing changes
};
/// Before, the policy may name whom this edit declares. Throws Error(Policy) where it would not be valid afterwards.
EditedStore open_edited_store(os::System& system, const std::string& store_directory, IdentityRequest identity_request,
                              const std::function<std::string(std::string_view)>& edit);
/// bestow.yaml and every included file that declares something, changed; those that stay the same are left out.
PolicyTexts edited_policy_files(const OpenStore& store, const std::function<std::string(std::string_view)>& edit);

/// What a reader may read by a policy.
struct Readable {
    std::string file;
    std::vector<std::string> secrets;
};
std::vector<Readable> readable_by(const PolicyView& view, policy::Reader::Kind kind, const std::string& name);

/// The values that lie in a file; nullopt where there is no such file.
std::optional<Readable> readable_now(const OpenStore& store, const std::string& file);

/// The recipients under which a reader may be in files.
std::set<std::string> recipients_of_reader(const PolicyView& view, policy::Reader::Kind kind, const std::string& name);

}  // namespace bestow::operations
