#pragma once
/// The public half of a generated key or certificate, as it lies in the store: what can be proved of it without a key.

#include "operations/file_report.hpp"

#include <string>

namespace bestow::operations {

struct PublicHalf {
    std::string file;
    std::string kind;     ///< of the finding: "missing", "malformed", "expired"
    std::string problem;  ///< empty: nothing is wrong
    std::string hint;
};

/// Precondition: the source's kind has a public half. One without a value is missing nothing.
PublicHalf report_public_half(const store::Store& store, const policy::SecretSource& source, ValueState state);

/// True for a public key or a certificate by its name and by what it holds. False for what cannot be read.
bool looks_like_public_half(const store::Store& store, const std::string& file);

}  // namespace bestow::operations
