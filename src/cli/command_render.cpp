#include "cli/commands.hpp"
#include "cli/report.hpp"
#include "cli/store_options.hpp"
#include "operations/preview.hpp"

#include <memory>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

using operations::OpenStore;

struct Options {
    std::string name;
    std::string host;
};

int act(const Invocation& invocation, const Options& options) {
    OpenStore store = open_store(invocation, OpenStore::Purpose::Reading);
    const operations::Preview preview = operations::preview_template(store, options.name, options.host);
    report_identity_warnings(invocation, store);
    if (preview.has_password_hash) {
        report_warning(invocation.program_name,
                       "password hashes are made with a preview's salt: the host's will differ");
    }
    write_value_output(invocation, preview.text.view());
    return 0;
}

}  // namespace

void add_render_command(CLI::App& parser, Invocation& invocation) {
    auto options = std::make_shared<Options>();
    CLI::App* const command = parser.add_subcommand("render", "Print a template as a host will have it");
    command->add_option("name", options->name, "The template's name")->required();
    command->add_option("--host", options->host, "The host")->required();
    command->footer(
        "Prints secrets. Password hashes have a preview's salt.\n\nExample:\n  bestow render pdns-env --host schere");
    command->callback(
        [&invocation, options] { invocation.action = [&invocation, options] { return act(invocation, *options); }; });
}

}  // namespace bestow::cli
