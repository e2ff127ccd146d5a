#pragma once
/// `host remove`, `operator remove`, and `replace-key` of both.

#include "cli/invocation.hpp"
#include "cli/store_options.hpp"
#include "operations/reader_change.hpp"

#include <string>

namespace bestow::cli {

struct ChangeOptions {
    policy::Reader::Kind kind = policy::Reader::Kind::Host;
    std::string name;
    bool no_sync = false;
    bool dry_run = false;
    ReaderOptions readers;
};
void add_change_options(CLI::App& command, ChangeOptions& options);

/// Shows what a planned change touches and which values its reader has seen, asks at a terminal, writes it and tells
/// what was done. Gives the exit status. `done` is said at the end: "host 'web1' removed".
int carry_out(const Invocation& invocation, operations::OpenStore& store, operations::ReaderChange& change,
              const ChangeOptions& options, const std::string& done);

/// Takes a reader out of the files and of bestow.yaml, and says which values it could read. Asks before the caller
/// takes out himself.
int remove_reader(const Invocation& invocation, ChangeOptions options);

}  // namespace bestow::cli
