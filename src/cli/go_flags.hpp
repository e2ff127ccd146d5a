#pragma once
/// Command lines as Go's flag package reads them, for the program names that stand in for Go programs: -name and --name
/// are the same, -name=value and -name value too, no bundling, and the first word that is no flag ends them.

#include <functional>
#include <string>
#include <vector>

namespace bestow::cli {

struct GoFlag {
    std::vector<std::string> names;
    std::function<void(const std::string& value)> take;  ///< for a flag with a value
    bool* set = nullptr;                                 ///< for a flag without
    bool* seen = nullptr;                                ///< becomes true when such a flag was given, if anyone asks
};

/// Gives the words after the flags. Throws Error(Usage) in Go's words: "flag provided but not defined: -x".
std::vector<std::string> parse_go_flags(const std::vector<std::string>& words, const std::vector<GoFlag>& flags);

}  // namespace bestow::cli
