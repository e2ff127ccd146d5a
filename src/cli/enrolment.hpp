#pragma once
/// What `init`, `host` and `operator` share: where public keys come from, and bringing files into step afterwards.

#include "cli/invocation.hpp"
#include "cli/store_options.hpp"
#include "document/json_value.hpp"
#include "operations/enrol.hpp"
#include "policy/policy.hpp"

#include <string>
#include <vector>

namespace bestow::cli {

struct KeyOptions {
    std::vector<std::string> keys;     ///< --key
    std::vector<std::string> files;    ///< --key-file
    std::string scan;                  ///< --scan ADDRESS
    std::string accepted_fingerprint;  ///< --accept-fingerprint
};
/// --key and --key-file.
void add_key_options(CLI::App& command, KeyOptions& options);

/// --scan and --accept-fingerprint.
void add_scan_options(CLI::App& command, KeyOptions& options);

/// The public keys of --key and --key-file, as they will stand in bestow.yaml. Throws Error(Usage) for a private key.
std::vector<std::string> read_public_keys(const Invocation& invocation, const KeyOptions& options);

/// The ed25519 host key that ADDRESS shows (through ssh-keyscan), once its fingerprint was confirmed at the terminal or
/// by --accept-fingerprint.
std::string scan_host_key(const Invocation& invocation, const KeyOptions& options);

/// "SHA256:..." of an SSH key; an age recipient is its own.
std::string fingerprint_of(const std::string& key);

/// Somebody whom the store's policy declares now, by an edit that may still have to be written.
struct Enrolment {
    policy::Reader::Kind kind = policy::Reader::Kind::Host;
    std::string name;
    operations::PolicyTexts texts;
    ReaderOptions readers;
    bool no_sync = false;
};
/// Writes bestow.yaml and brings the files that he should read into step, tells what was done, and gives the exit
/// status. What throws has changed nothing.
int enrol(const Invocation& invocation, operations::OpenStore& store, const Enrolment& who);

/// Throws where not one of the planned files can be opened, with what to do about that.
void expect_some_open(operations::OpenStore& store, const operations::SyncPlan& plan);

document::JsonValue json_of(const std::vector<policy::Key>& keys);
/// All of them: "SHA256:... (until 2027-01-31), age1...".
std::string listed_keys(const std::vector<policy::Key>& keys);

}  // namespace bestow::cli
