#pragma once
/// What `sync` and the commands that sync afterwards say: which readers files gain and lose, and what went wrong.

#include "cli/invocation.hpp"
#include "document/json_value.hpp"
#include "operations/sync.hpp"

#include <iosfwd>

namespace bestow::cli {

/// "secrets/db.yaml", then a line "  + host 'web1' (age1...)" or "  - operator 'bob'" a reader.
void print_plan(std::ostream& out, const operations::SyncPlan& plan);
document::JsonValue json_of(const operations::SyncPlan& plan, const operations::SyncResult& result);
void print_json(const operations::SyncPlan& plan, const operations::SyncResult& result);
void report_problems(const Invocation& invocation, const std::vector<operations::FileProblem>& problems);

/// 0; 4 when some files were written and some not; else 5 for want of an identity, or 1.
int status_of(const operations::SyncResult& result);

}  // namespace bestow::cli
