#pragma once
/// `host remove` and `operator remove`.

#include "cli/invocation.hpp"
#include "cli/store_options.hpp"
#include "policy/access.hpp"

#include <string>

namespace bestow::cli {

struct RemovalOptions {
    policy::Reader::Kind kind = policy::Reader::Kind::Host;
    std::string name;
    bool no_sync = false;
    ReaderOptions readers;
};
void add_removal_options(CLI::App& command, RemovalOptions& options);

/// Takes a reader out of bestow.yaml and of the files, and says which values it could read. Asks before the caller
/// takes out himself.
int remove_reader(const Invocation& invocation, RemovalOptions options);

}  // namespace bestow::cli
