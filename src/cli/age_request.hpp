#pragma once
/// What `bestow age encrypt|decrypt` and the program name `age` have in common: the request, its rules, its execution.

#include "cli/invocation.hpp"

#include <string>
#include <vector>

namespace bestow::cli {

struct AgeRequest {
    bool encrypt = false;  ///< said explicitly; encrypting is the default
    bool decrypt = false;
    bool armor = false;
    bool passphrase = false;
    /// Without identities: an operator's own (bestow), or none (age).
    bool use_operator_identities = false;
    std::vector<std::string> recipients;
    std::vector<std::string> recipients_files;
    std::vector<std::string> identity_files;
    std::string output;  ///< empty: standard output; "-": also when it is a terminal
    std::string input;
};

/// Throws Error(Usage) for options that do not go together, in age's words.
void check_age_request(const AgeRequest& request);

/// Precondition: checked. Gives 0, or throws; Error(NoIdentity) when nothing opens the file.
int run_age_request(Invocation& invocation, const AgeRequest& request);

/// What `age-keygen` and `bestow age keygen` do: a new identity, or with `convert` the recipients of an identity file.
struct KeygenRequest {
    bool convert = false;
    bool post_quantum = false;
    std::string output;
    std::string input;
};
int run_keygen_request(Invocation& invocation, const KeygenRequest& request);

}  // namespace bestow::cli
