#pragma once
/// The program's voice: results on standard output, everything else on standard error. The only place that prints
/// errors.

#include "base/error.hpp"

#include <string_view>

namespace bestow::cli {

/// "bestow: message" and, when there is one, "  hint: ...", on standard error.
void report_error(std::string_view program_name, const Error& error);
void report_warning(std::string_view program_name, std::string_view message);

}  // namespace bestow::cli
