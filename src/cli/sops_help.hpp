#pragma once

#include <string>

namespace bestow::cli {

/// What `sops --help` prints, or `sops COMMAND --help`.
std::string sops_help(const std::string& command);

}  // namespace bestow::cli
