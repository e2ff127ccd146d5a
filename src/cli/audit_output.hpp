#pragma once
/// An audit's answer, for people and for programs.

#include "operations/audit.hpp"

#include <iosfwd>
#include <string>

namespace bestow::cli {

/// "commit 0123456789: secrets/db.yaml: why".
std::string described(const history::Unreadable& warning);
void print_audit(std::ostream& out, const operations::AuditResult& result);
void print_audit_json(std::ostream& out, const operations::AuditResult& result);

}  // namespace bestow::cli
