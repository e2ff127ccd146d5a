#pragma once
/// What `generate` and `add --generate` say: what was made, and what could not be.

#include "cli/invocation.hpp"
#include "operations/generate_missing.hpp"

namespace bestow::cli {

/// 0; with problems 4 when something was made, else 1; 4 with a public half that was exchanged and stands.
int print_generated(const Invocation& invocation, operations::OpenStore& store,
                    const operations::GenerateResult& result);

}  // namespace bestow::cli
