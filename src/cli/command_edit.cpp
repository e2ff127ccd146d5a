#include "base/format.hpp"
#include "cli/commands.hpp"
#include "cli/report.hpp"
#include "cli/shown.hpp"
#include "cli/store_options.hpp"
#include "operations/edit_file.hpp"

#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

using operations::EditOutcome;
using operations::OpenStore;

struct Options {
    std::string target;
    std::string host;
    ReaderOptions readers;
};

std::string file_of(const OpenStore& store, const Options& options) {
    if (store.policy().find_secret(options.target) != nullptr) {
        return operations::find_source(store.view(), options.target, options.host).file;
    }
    return name_in_store(store, options.target);
}

int act(const Invocation& invocation, const Options& options) {
    OpenStore store = open_store_of_file(invocation, OpenStore::Purpose::Reading, options.target);
    operations::EditRequest request;
    request.file = file_of(store, options);
    request.confirmation = confirmation_for(invocation, options.readers);
    request.warn = [&](const std::string& warning) { report_warning(invocation.program_name, warning); };
    request.edit_again = [&](const Error& why) {
        if (!invocation.terminal->available()) {
            return false;
        }
        report_error(invocation.program_name, why);
        return invocation.terminal->confirm("Go back to the editor?", os::Answer::Yes);
    };
    const EditOutcome outcome = operations::edit_file(store, request);
    report_identity_warnings(invocation, store);
    if (outcome == EditOutcome::Unchanged) {
        std::cerr << invocation.program_name << ": " << shown_line(request.file) << " is unchanged\n";
    }
    return 0;
}

}  // namespace

void add_edit_command(CLI::App& parser, Invocation& invocation) {
    auto options = std::make_shared<Options>();
    CLI::App* const command = parser.add_subcommand("edit", "Edit an encrypted file in your editor");
    command->add_option("target", options->target, "A secret's name, or an encrypted file")->required();
    command->add_option("--host", options->host, "Whose file, where hosts have different ones");
    add_reader_options(*command, options->readers);
    command->footer(
        "Runs $VISUAL, $EDITOR or vi, as git does. The plaintext lies in a folder of mode 0700 on a memory file "
        "system\n"
        "and is removed afterwards; TMPDIR points there, too. Values that stay keep their ciphertext, and a text with "
        "a\n"
        "mistake goes back to the editor.\n\n"
        "Examples:\n"
        "  bestow edit secrets/powerdns.yaml\n"
        "  bestow edit wireguard/private-key --host brunnen");
    command->callback(
        [&invocation, options] { invocation.action = [&invocation, options] { return act(invocation, *options); }; });
}

}  // namespace bestow::cli
