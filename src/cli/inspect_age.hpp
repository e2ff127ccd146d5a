#pragma once
/// `bestow age inspect`: what age-inspect prints.

#include "cli/invocation.hpp"

namespace bestow::cli {

int inspect_age_file(Invocation& invocation, const std::string& path);

}  // namespace bestow::cli
