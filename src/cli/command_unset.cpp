#include "cli/commands.hpp"
#include "cli/store_options.hpp"
#include "cli/value_place.hpp"
#include "operations/declare.hpp"

#include <memory>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

using operations::OpenStore;

struct Options {
    ValuePlace place;
    bool undeclare = false;
};

int act(const Invocation& invocation, const Options& options) {
    OpenStore store = open_store_for(invocation, OpenStore::Purpose::Writing, options.place);
    if (options.place.file.empty()) {
        operations::unset_secret(store, {options.place.name, options.place.host, options.undeclare});
    } else {
        if (options.undeclare) {
            throw Error(ErrorKind::Usage, "--undeclare takes a secret's name, not a file");
        }
        operations::WorkingFiles files(store, {});
        const operations::ValueAddress address = address_of(store, options.place);
        files.unset(address);
        files.remove_if_empty(address.file);
        (void)files.commit();
    }
    report_identity_warnings(invocation, store);
    return 0;
}

}  // namespace

void add_unset_command(CLI::App& parser, Invocation& invocation) {
    auto options = std::make_shared<Options>();
    CLI::App* const command = parser.add_subcommand("unset", "Remove a secret's value");
    add_value_place(*command, options->place);
    command->add_flag("--undeclare", options->undeclare, "Also remove its declaration, and all of its values");
    command->footer(
        "A document that is left without values is removed. Git still has the old value: change it where it is "
        "used.\n\n"
        "Examples:\n"
        "  bestow unset powerdns/api-key --undeclare\n"
        "  bestow unset -f secrets/db.yaml 'users[0]'");
    command->callback(
        [&invocation, options] { invocation.action = [&invocation, options] { return act(invocation, *options); }; });
}

}  // namespace bestow::cli
