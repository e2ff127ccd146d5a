#pragma once
/// `generate`: makes the values that are missing, in the order in which they are made from each other, and public
/// halves that are. What is there is never touched, but public halves that are not those of their values where that is
/// asked for.

#include "operations/approved_commands.hpp"
#include "operations/derivation.hpp"
#include "operations/working_files.hpp"

#include <string>
#include <vector>

namespace bestow::operations {

struct GenerateRequest {
    std::vector<std::string> names;  ///< secrets; none: all
    bool dry_run = false;
    bool rewrite_public_halves = false;  ///< those that are not their values'
    Confirmation confirmation;
    CommandApproval approval;
    ConfirmDerivations confirm;  ///< called when there are some
};

struct GeneratedValue {
    const policy::SecretSource* source = nullptr;
    bool value = false;       ///< else the public half alone
    std::string public_file;  ///< or empty
    std::optional<Derivation> derivation;
};

struct GenerateResult {
    std::vector<GeneratedValue> made;    ///< point into the store's view
    std::vector<std::string> problems;   ///< what could not be made, and why
    std::vector<std::string> exchanged;  ///< public halves that are not their values', and what to do
    std::vector<std::string> warnings;
};

/// Throws Error(NotFound) for a name that is not declared, Error(Policy) for one without `generate:`, and what a
/// generator throws, Error(Failed) for a no of `confirm`; nothing is written then.
GenerateResult generate_missing(OpenStore& store, const GenerateRequest& request);

}  // namespace bestow::operations
