#include "cli/replace_key.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/enrolment.hpp"
#include "cli/reader_change.hpp"
#include "operations/bootstrap.hpp"
#include "operations/reader_change.hpp"

#include <iostream>
#include <memory>
#include <optional>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

using operations::OpenStore;
using operations::ReaderChange;
using policy::Reader;

struct Options {
    ChangeOptions change;
    KeyOptions keys;
    operations::ReplacementRequest request;
    bool has_until = false;
    bool generate = false;
    bool at_once = false;
};

std::vector<std::string> new_keys(const Invocation& invocation, const Options& options) {
    std::vector<std::string> keys = read_public_keys(invocation, options.keys);
    if (!options.keys.scan.empty()) {
        keys.push_back(scan_host_key(invocation, options.keys));
    }
    if (keys.empty() && !options.at_once) {
        throw Error(
            ErrorKind::Usage, "the new key is missing",
            options.change.kind == Reader::Kind::Host
                ? "give --key, --key-file, --scan or --generate; --at-once alone drops an old key that had a date"
                : "give --key or --key-file; --at-once alone drops an old key that had a date");
    }
    return keys;
}

std::string outcome_of(const Options& options, const ReaderChange& change) {
    const std::string whose = format("{} {}", options.change.kind == Reader::Kind::Host ? "host" : "operator",
                                     bestow::quoted(options.change.name));
    if (options.request.keys.empty()) {
        return format("{}: the old key {} is gone", whose, change.old_key);
    }
    if (change.old_key.empty()) {
        return format("{} has this key, and no old one any more", whose);
    }
    return options.has_until ? format("{} has another key; the old one stays until {}", whose, options.request.until)
                             : format("{} has another key", whose);
}

int act(const Invocation& invocation, Options options) {
    if (options.has_until) {
        operations::check_until(*invocation.system, options.request.until);
    }
    options.request.kind = options.change.kind;
    options.request.name = options.change.name;
    std::optional<operations::NewHostKey> made;
    if (options.generate) {
        made = operations::make_host_key(options.change.name);
        options.request.keys = {made->public_line};
    } else {
        options.request.keys = new_keys(invocation, options);
    }
    OpenStore store = open_store(invocation, OpenStore::Purpose::Writing);
    ReaderChange change = operations::plan_replacement(store, options.request);
    if (made) {
        operations::keep_host_key(store, options.change.name, made->file, change);
    }
    std::string done = outcome_of(options, change);
    for (const Reader& newcomer : change.newcomers) {
        done += format("\n  {}", fingerprint_of(newcomer.key));
    }
    return carry_out(invocation, store, change, options.change, done);
}

}  // namespace

void add_replace_key(CLI::App& parent, Invocation& invocation, Reader::Kind kind) {
    auto options = std::make_shared<Options>();
    options->change.kind = kind;
    const bool is_host = kind == Reader::Kind::Host;
    CLI::App* const command = parent.add_subcommand(
        "replace-key", is_host ? "Give a machine another key; the old one goes at once, or after a date"
                               : "Give an operator another key; the old one goes at once, or after a date");
    add_key_options(*command, options->keys);
    if (is_host) {
        add_scan_options(*command, options->keys);
        CLI::Option* const generate =
            command->add_flag("--generate", options->generate,
                              "Make the new key here, kept in the store for operators alone; see host bootstrap");
        for (const char* const other : {"--key", "--key-file", "--scan"}) {
            generate->excludes(command->get_option(other));
        }
    }
    command->add_option("--old", options->request.old_key,
                        "The key that goes, or its SHA256: fingerprint, if it has several");
    auto* const until =
        command->add_option("--until", options->request.until, "YYYY-MM-DD: the last day on which the old key stays");
    command
        ->add_flag("--at-once", options->at_once,
                   "The old key goes now, as without --until; alone, one that had a date")
        ->excludes(until);
    add_change_options(*command, options->change);
    command->footer(
        is_host
            ? "Files that the machine reads get new data keys when the old key goes, and its values are listed:\n"
              "whoever has that key may have kept them.\n\nExamples:\n"
              "  bestow host replace-key brunnen --scan brunnen.example.org\n"
              "  bestow host replace-key brunnen --key-file new.pub --until 2027-01-31"
            : "Files that they read get new data keys when the old key goes, and its values are listed: whoever has\n"
              "that key may have kept them.\n\nExample:\n"
              "  bestow operator replace-key bob --key-file bob-new.pub --until 2027-01-31");
    command->callback([&invocation, options, until] {
        options->has_until = until->count() > 0;
        invocation.action = [&invocation, options] { return act(invocation, *options); };
    });
}

}  // namespace bestow::cli
