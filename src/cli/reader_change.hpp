#pragma once
/// `host remove`, `operator remove`, and `replace-key` of both.

#include "cli/invocation.hpp"
#include "cli/store_options.hpp"
#include "operations/reader_change.hpp"

#include <iosfwd>
#include <string>
#include <vector>

namespace bestow::cli {

struct ChangeOptions {
    policy::Reader::Kind kind = policy::Reader::Kind::Host;
    std::string name;
    bool no_sync = false;
    bool dry_run = false;
    std::string own_loss;  ///< what the caller loses by it, asked about after the plan was shown
    ReaderOptions readers;
};
void add_change_options(CLI::App& command, ChangeOptions& options);

/// Says which values a reader has seen ("host 'web1'"), and what to do about it with his keys.
void tell_what_was_known(std::ostream& out, const std::string& whose, const std::vector<operations::Readable>& readable,
                         const std::vector<std::string>& keys);

/// Shows what a planned change touches and which values its reader has seen, asks at a terminal, writes it and tells
/// what was done. Gives the exit status. `done` is said at the end: "host 'web1' removed".
int carry_out(const Invocation& invocation, operations::OpenStore& store, operations::ReaderChange& change,
              const ChangeOptions& options, const std::string& done);

/// Takes a reader out of the files and of bestow.yaml, and says which values it could read. Asks before the caller
/// takes out himself.
int remove_reader(const Invocation& invocation, ChangeOptions options);

}  // namespace bestow::cli
