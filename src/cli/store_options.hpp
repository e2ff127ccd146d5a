#pragma once
/// What the commands of a store share: opening it, confirming readers, taking a value, naming a file.

#include "cli/invocation.hpp"
#include "operations/known_readers.hpp"
#include "operations/open_store.hpp"
#include "operations/sync.hpp"

#include <string>
#include <vector>

namespace bestow::cli {

/// --accept-reader and --yes.
struct ReaderOptions {
    std::vector<std::string> accepted;
    bool yes = false;  ///< answers "go on?", never "is this key theirs?"
    bool lose_access = false;
};
void add_reader_options(CLI::App& command, ReaderOptions& options);

/// --lose-access, for the commands that can lock their caller out.
void add_lose_access_option(CLI::App& command, ReaderOptions& options);
/// `what` will be closed to the caller: asks at the terminal, whatever --yes says. Throws Error(Usage) without one,
/// Error(Failed) for a no.
void confirm_own_loss(const Invocation& invocation, const ReaderOptions& options, const std::string& what);
/// The same for each file that the plan closes. True: there was something to confirm.
bool confirm_own_losses(const Invocation& invocation, const ReaderOptions& options, operations::OpenStore& store,
                        const operations::SyncPlan& plan);

/// Asks at the terminal, when there is one, for readers that are not known yet.
operations::Confirmation confirmation_for(const Invocation& invocation, const ReaderOptions& options);

/// "Go on?": true with --yes. Throws Error(Usage) without a terminal.
bool confirmed_to_go_on(const Invocation& invocation, const ReaderOptions& options, const std::string& question);

/// The operator's own identities: --identity, and passphrases asked for at the terminal.
operations::IdentityRequest identity_request(const Invocation& invocation);

operations::OpenStore open_store(const Invocation& invocation, operations::OpenStore::Purpose purpose);

/// The same for a command about one file: where neither --store nor the working directory leads to a bestow.yaml, the
/// one above the file counts, and where there is none, the file's `.sops.yaml`.
operations::OpenStore open_store_of_file(const Invocation& invocation, operations::OpenStore::Purpose purpose,
                                         const std::string& file);
/// The file's name in what that opened.
std::string name_in_store(const operations::OpenStore& store, const std::string& path);

/// The name in the store of a path that a person gave: relative to the working directory, or to the store when that
/// lies elsewhere. Throws Error(Usage) for a path outside the store.
std::string name_in_store(const store::Store& store, const std::string& path);

/// The identities' warnings, once they were loaded.
void report_identity_warnings(const Invocation& invocation, operations::OpenStore& store);
void report_warnings(const Invocation& invocation, const std::vector<std::string>& warnings);

/// Where a value comes from (design, section 5).
struct ValueOptions {
    std::string file;  ///< --value-file
    bool raw = false;  ///< standard input is taken as it is, too
    bool allow_empty = false;
};
void add_value_options(CLI::App& command, ValueOptions& options);

/// From the file, exactly; else a hidden prompt when standard input is a terminal, else standard input, which loses one
/// final newline unless `raw`. Throws Error(Usage) for an empty one without --allow-empty.
SecretBytes read_value_input(const Invocation& invocation, const ValueOptions& options, const std::string& what);

/// Writes a result to standard output; to a terminal with a final newline.
void write_value_output(const Invocation& invocation, ByteView value);

}  // namespace bestow::cli
