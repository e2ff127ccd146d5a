#pragma once
/// What every command gets: the machine, the global options, and how to talk. One command a file: each adds itself to
/// the parser and sets `action`; nothing runs while arguments are being parsed.

#include "os/system.hpp"
#include "os/terminal.hpp"

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace bestow::cli {

struct Invocation {
    os::System* system = nullptr;      ///< set by run(), never null in an action
    os::Terminal* terminal = nullptr;  ///< likewise
    std::string program_name = "bestow";

    // Global options.
    std::string store_directory;          ///< --store; empty: BESTOW_STORE, else the nearest one upwards
    std::vector<std::string> identities;  ///< --identity
    bool json = false;                    ///< --json

    /// Set by the command that was named; gives the exit status.
    std::function<int()> action;
};

/// Runs bestow: parses, acts, prints errors. Never throws.
int run(int argc, char** argv);

}  // namespace bestow::cli
