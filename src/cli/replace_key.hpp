#pragma once
/// `host replace-key` and `operator replace-key`.

#include "cli/invocation.hpp"
#include "policy/access.hpp"

namespace bestow::cli {

void add_replace_key(CLI::App& parent, Invocation& invocation, policy::Reader::Kind kind);

}  // namespace bestow::cli
