#include "activation/install.hpp"
#include "base/format.hpp"
#include "cli/commands.hpp"
#include "cli/report.hpp"
#include "cli/shown.hpp"
#include "document/json_value.hpp"

#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

using document::JsonValue;

int act(const Invocation& invocation, activation::InstallOptions options) {
    options.host.store = invocation.store_directory;
    options.host.identities = invocation.identities;
    const activation::InstallReport report = activation::install(*invocation.system, options);
    for (const std::string& warning : report.warnings) {
        report_warning(invocation.program_name, warning);
    }
    const std::string& commit = report.provenance.commit;
    if (invocation.json) {
        std::cout << JsonValue::object()
                         .set("host", JsonValue::text(report.host))
                         .set("store", JsonValue::text(report.store_path))
                         .set("changed", JsonValue::boolean(report.changed))
                         .set("commit", commit.empty() ? JsonValue::null() : JsonValue::text(commit))
                         .dump()
                  << '\n';
    } else {
        std::cout << format("{}: {}\n", shown_line(report.store_path),
                            report.changed ? "installed" : "nothing changed");
    }
    return 0;
}

}  // namespace

void add_install_command(CLI::App& parser, Invocation& invocation) {
    const auto options = std::make_shared<activation::InstallOptions>();
    CLI::App* const command =
        parser.add_subcommand("install", "Put a bundle in place on this machine, once it is known that it opens here");
    command->add_option("bundle", options->bundle, "The bundle's directory")->required();
    command->add_option("--owner", options->owner, "A user who may have written the bundle (default: root alone)");
    command->add_option("--host", options->host.host, "This machine's name in the store; its private key must be here");
    command->add_option("--settings", options->host.settings_file,
                        "What this machine trusts its store with (default: /etc/bestow/host.yaml)");
    command->footer(
        "Takes the place of the bundle before by one rename; then the stamp tells the refresh service.\n\n"
        "Example:\n"
        "  bestow install /var/lib/bestow/incoming");
    command->callback(
        [&invocation, options] { invocation.action = [&invocation, options] { return act(invocation, *options); }; });
}

}  // namespace bestow::cli
