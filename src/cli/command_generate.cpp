#include "base/format.hpp"
#include "cli/approval.hpp"
#include "cli/commands.hpp"
#include "cli/generated_output.hpp"
#include "cli/shown.hpp"
#include "cli/store_options.hpp"

#include <iostream>
#include <memory>
#include <set>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

using operations::OpenStore;

struct Options {
    std::vector<std::string> names;
    std::vector<std::string> approved;
    bool dry_run = false;
    bool public_halves = false;
    ReaderOptions readers;
};

/// What would be asked about, a line each.
void print_remarks(const OpenStore& store, const operations::GenerateResult& result,
                   const std::vector<std::string>& approved) {
    std::set<std::string> lines;
    for (const operations::GeneratedValue& one : result.made) {
        const std::string remark = one.value ? command_remark(store, *one.source->secret, approved) : "";
        if (!remark.empty()) {
            lines.insert(format("  {} {}", one.source->secret->name, remark));
        }
        if (one.derivation) {
            lines.insert(format("  {}", operations::describe_derivation(*one.derivation)));
        }
    }
    for (const std::string& line : lines) {
        std::cout << shown_line(line) << '\n';
    }
}

int act(const Invocation& invocation, const Options& options) {
    const auto purpose = options.dry_run ? OpenStore::Purpose::Reading : OpenStore::Purpose::Writing;
    OpenStore store = open_store(invocation, purpose);
    const operations::GenerateResult result = operations::generate_missing(
        store, {options.names, options.dry_run, options.public_halves, confirmation_for(invocation, options.readers),
                approval_for(invocation, options.approved), confirm_derivations(invocation, options.readers)});
    const int status = print_generated(invocation, store, result);
    if (options.dry_run && !invocation.json) {
        print_remarks(store, result, options.approved);
    }
    return status;
}

}  // namespace

void add_generate_command(CLI::App& parser, Invocation& invocation) {
    auto options = std::make_shared<Options>();
    CLI::App* const command = parser.add_subcommand("generate", "Make the declared values that are missing");
    command->add_option("names", options->names, "Only these secrets, and what they are made from (default: all)");
    command->add_flag("--dry-run", options->dry_run, "Only list what is missing");
    command->add_flag("--public-halves", options->public_halves,
                      "Also write anew public halves that are not those of their values");
    add_approve_option(*command, options->approved);
    add_reader_options(*command, options->readers);
    command->footer(
        "Values whose declaration has 'generate:' are made where they are missing, with their public halves, in one\n"
        "batch. What is there is never touched; a public half that is not its value's is told of, exit status 4.\n"
        "What is signed, hashed or run for it is shown and asked about.\n\n"
        "Examples:\n"
        "  bestow generate\n"
        "  bestow generate wireguard/private-key --dry-run");
    command->callback(
        [&invocation, options] { invocation.action = [&invocation, options] { return act(invocation, *options); }; });
}

}  // namespace bestow::cli
