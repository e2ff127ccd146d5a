#include "cli/host_options.hpp"

#include <CLI/CLI.hpp>

namespace bestow::cli {

void add_host_options(CLI::App& command, activation::Options& options) {
    command.add_option("--host", options.host, "This machine's name in the store; its private key must be here");
    command.add_option("--run-dir", options.run_directory,
                       "Where secrets and secrets.d lie (default: /run, or host.yaml's run_dir)");
    command.add_flag("--user", options.user,
                     "Below $XDG_RUNTIME_DIR, without privileges, for the host entry whose key is yours");
    command.add_option("--settings", options.settings_file,
                       "What this machine trusts its store with (default: /etc/bestow/host.yaml)");
}

void add_units_option(CLI::App& command, std::string& units) {
    command
        .add_option(
            "--units", units,
            "What to do about units whose secrets changed: have systemctl restart or reload them, print, or none")
        ->check(CLI::IsMember({"systemctl", "print", "none"}))
        ->capture_default_str();
}

}  // namespace bestow::cli
