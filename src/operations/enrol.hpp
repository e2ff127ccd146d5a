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

/// Changes bestow.yaml so that the policy is valid afterwards; before, it may name whom this edit declares. Throws
/// Error(Policy), and has written nothing then.
void edit_main_file(store::Store& store, const std::function<std::string(std::string_view)>& edit);
/// bestow.yaml and every included file that declares something, changed; those that stay the same are left out.
PolicyTexts edited_policy_files(const OpenStore& store, const std::function<std::string(std::string_view)>& edit);

/// Validates the policy with these texts, then writes them. The view before is returned.
std::unique_ptr<PolicyView> write_policy(OpenStore& store, const PolicyTexts& texts);

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
