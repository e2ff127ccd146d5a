#pragma once
/// Gaps of a store's history that this operator knows of and that nothing can mend. They are kept in his own state and
/// not in the store, since whoever can push must not silence a gap. A line each in
/// $XDG_STATE_HOME/bestow/acknowledged_gaps, fields separated by a tab: real path of the store, identity of the gap.

#include "operations/audit.hpp"

namespace bestow::operations {

/// Out of an audit's warnings, into `acknowledged`; the answer is complete when nothing else is missing.
void set_acknowledged_aside(const OpenStore& store, AuditResult& result);

/// The gaps of an audit's warnings that these name, each by its identity or the beginning of it; those that are
/// acknowledged already are not among them. Throws Error(NotFound) for a name of no gap, Error(Usage) for one of
/// several and for one that is too short.
std::vector<history::Unreadable> find_gaps(const AuditResult& result, const std::vector<std::string>& names);

void acknowledge_gaps(const OpenStore& store, const std::vector<history::Unreadable>& gaps);

}  // namespace bestow::operations
