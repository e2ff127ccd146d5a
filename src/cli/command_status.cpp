#include "base/error.hpp"
#include "base/format.hpp"
#include "base/path.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/report.hpp"
#include "cli/status_output.hpp"
#include "store/atomic_write.hpp"

#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

constexpr int kFound = 3;
constexpr unsigned kMetricsMode = 0644;

struct Arguments {
    activation::Options options;
    std::string metrics_file;
};

/// Whole or not at all: the collector may read at any time.
void write_metrics(os::System& system, const std::string& path, const std::string& text) {
    const std::string name = base_name(path);
    const std::string folder = path.substr(0, path.size() - name.size());
    const os::UniqueFd parent = system.open_directory(folder.empty() ? "." : folder);
    store::WriteBatch batch(system, parent.get());
    batch.write(name, as_bytes(text), kMetricsMode);
    batch.commit();
}

int act(const Invocation& invocation, Arguments& arguments) {
    arguments.options.store = invocation.store_directory;
    arguments.options.identities = invocation.identities;
    const activation::Status status = activation::look(*invocation.system, arguments.options);
    if (arguments.metrics_file == "-") {
        std::cout << status_metrics(status);
        return status.found_something() ? kFound : 0;
    }
    if (!arguments.metrics_file.empty()) {
        write_metrics(*invocation.system, arguments.metrics_file, status_metrics(status));
    }
    std::cout << (invocation.json ? status_json(status) + "\n" : status_text(status));
    for (const std::string& warning : status.warnings) {
        report_warning(invocation.program_name, warning);
    }
    return status.found_something() ? kFound : 0;
}

}  // namespace

void add_status_command(CLI::App& parser, Invocation& invocation) {
    const auto arguments = std::make_shared<Arguments>();
    activation::Options& options = arguments->options;
    CLI::App* const command = parser.add_subcommand(
        "status", "What is live on this machine, and whether it is what it should be; exit status 3 when not");
    command->add_option("--metrics", arguments->metrics_file,
                        "Also write this file for Prometheus's text collector; '-' for it alone on standard output");
    command->add_option("--host", options.host, "This machine's name in the store; its private key must be here");
    command->add_flag("--user", options.user, "Of the user's own secrets, below $XDG_RUNTIME_DIR");
    command->add_option("--run-dir", options.run_directory, "Where secrets and secrets.d lie (default: /run)");
    command->add_option("--settings", options.settings_file,
                        "What this machine trusts its store with (default: /etc/bestow/host.yaml)");
    command->footer("Changes nothing.\n\nExample:\n  bestow status --metrics /var/lib/node_exporter/bestow.prom");
    command->callback([&invocation, arguments] {
        invocation.action = [&invocation, arguments] { return act(invocation, *arguments); };
    });
}

}  // namespace bestow::cli
