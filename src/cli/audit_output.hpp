#pragma once
/// An audit's answer, for people and for programs.

#include "operations/audit.hpp"

#include <iosfwd>

namespace bestow::cli {

void print_audit(std::ostream& out, const operations::AuditResult& result);
void print_audit_json(std::ostream& out, const operations::AuditResult& result);

}  // namespace bestow::cli
