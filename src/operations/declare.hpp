#pragma once
/// Declaring secrets, giving them another name, forgetting them: bestow.yaml and the encrypted files in one batch.

#include "operations/working_files.hpp"
#include "policy/edit.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace bestow::operations {

/// Declares a secret and, when there is a value, sets it (`host` says for whom, where there are several). Readers that
/// an existing file lacks by the new declaration are added to it. Throws Error(Policy) when the policy would be
/// invalid or over-share; nothing is written then. Gives warnings.
struct AddRequest {
    policy::NewSecret secret;
    std::string host;
    std::optional<sops::Value> value;
    Confirmation confirmation;
    /// Another change of bestow.yaml in the same batch; may be empty.
    std::function<std::string(std::string_view)> also = {};
    /// Called with the policy as it will be, before anything is written; may be empty, and may throw.
    std::function<void()> check = {};
};
std::vector<std::string> add_secret(OpenStore& store, const AddRequest& request);

/// Removes a secret's value, or with `undeclare` its declaration and all of its values. A document that is left without
/// values is removed.
struct UnsetRequest {
    std::string secret;
    std::string host;
    bool undeclare = false;
};
void unset_secret(OpenStore& store, const UnsetRequest& request);

enum class MovedComments { Refuse, Drop };

/// Gives a secret another name: its declaration, its values (to where the new name says) and the placeholders of all
/// templates. Throws Error(Policy) when the new name is taken, and, unless they are to be dropped, for comments in a
/// map or list that moves. Gives warnings.
std::vector<std::string> move_secret(OpenStore& store, const std::string& old_name, const std::string& new_name,
                                     const Confirmation& confirmation, MovedComments comments);

}  // namespace bestow::operations
