#pragma once
/// `check`: everything about a store that can be proved without a private key, all findings in one run.

#include "store/store.hpp"

#include <set>
#include <string>
#include <vector>

namespace bestow::operations {

struct Finding {
    std::string kind;   ///< "policy", "drift", "missing", "plaintext", "malformed", "forged", "orphan", "unprovable",
                        ///< "differs", "expired", "due", "unfinished"
    std::string place;  ///< "bestow.yaml:12", "secrets/db.yaml", "secrets/db.yaml:3"
    std::string message;
    std::string hint;  ///< what to do; may be empty
};

struct CheckResult {
    std::vector<Finding> findings;
    std::vector<Finding> notes;  ///< what could not be proved, or is none of this policy's business; no finding
    std::size_t files = 0;
    std::size_t secrets = 0;
};

/// What is said of public halves that nothing is wrong with, without a private key: whether that is proved elsewhere.
enum class PublicHalves { Unproved, ProvedElsewhere };

/// Throws Error(Policy) when bestow.yaml cannot be understood at all: nothing can be proved then.
CheckResult check_store(const store::Store& store, PublicHalves public_halves = PublicHalves::Unproved);

/// The findings about some files alone, and of the values in them about those that one host gets.
std::vector<Finding> check_files(const store::Store& store, const std::set<std::string>& files,
                                 const std::string& host);

}  // namespace bestow::operations
