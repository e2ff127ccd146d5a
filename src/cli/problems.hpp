#pragma once
/// Problems of single items, as every command on a host tells them.

#include "cli/invocation.hpp"
#include "delivery/plan.hpp"

namespace bestow::cli {

/// On standard error, a line each. A broken file is the same problem for everything in it: told once, with the list.
void report_problems(const Invocation& invocation, const std::vector<delivery::Problem>& problems);

}  // namespace bestow::cli
