#pragma once
/// The public half of a generated key or certificate, as it lies in the store: what can be proved of it without a key.
/// That it is the half of its private value, that alone proves: public_half_proof.hpp.

#include "operations/file_report.hpp"

#include <string>
#include <vector>

namespace bestow::operations {

struct PublicHalf {
    std::string file;
    std::string kind;     ///< of the finding: "missing", "malformed", "forged", "differs", "expired"
    std::string problem;  ///< empty: nothing is wrong
    std::string hint;
    bool is_there = false;  ///< and has the form of one
};

/// Precondition: the source, one of `sources`, has a kind with a public half. One without a value is missing nothing.
PublicHalf report_public_half(const store::Store& store, const std::vector<policy::SecretSource>& sources,
                              const policy::SecretSource& source, ValueState state);

/// True for a public key or a certificate by its name and by what it holds. False for what cannot be read.
bool looks_like_public_half(const store::Store& store, const std::string& file);

}  // namespace bestow::operations
