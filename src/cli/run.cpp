#include "cli/commands.hpp"
#include "cli/report.hpp"
#include "os/posix_system.hpp"
#include "os/process.hpp"

#include <array>
#include <exception>
#include <iostream>
#include <new>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

constexpr int kUsageStatus = 2;

/// In the order in which --help lists them.
constexpr std::array<AddCommand, 1> kCommands = {
    add_activate_command,
};

void add_global_options(CLI::App& parser, Invocation& invocation) {
    parser.add_option("--store", invocation.store_directory, "The store's directory (default: the nearest upwards)");
    parser.add_option("--identity", invocation.identities, "A file with a private key; may be given again");
    parser.add_flag("--json", invocation.json, "Lists as JSON");
    parser.set_version_flag("--version", "bestow " BESTOW_VERSION);
}

int parse_and_act(int argc, char** argv, Invocation& invocation) {
    CLI::App parser("Secrets in git, sealed to machines' SSH host keys, delivered into memory file systems.", "bestow");
    parser.fallthrough();
    parser.require_subcommand(0, 1);
    add_global_options(parser, invocation);
    for (const AddCommand add : kCommands) {
        add(parser, invocation);
    }
    try {
        parser.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return parser.exit(error) == 0 ? 0 : kUsageStatus;
    }
    if (!invocation.action) {
        std::cerr << parser.help();
        return kUsageStatus;
    }
    return invocation.action();
}

}  // namespace

int run(int argc, char** argv) {
    os::harden_process();
    os::PosixSystem system;
    os::PosixTerminal terminal;
    Invocation invocation;
    invocation.system = &system;
    invocation.terminal = &terminal;
    try {
        return parse_and_act(argc, argv, invocation);
    } catch (const Error& error) {
        report_error(invocation.program_name, error);
        return exit_status(error.kind());
    } catch (const std::bad_alloc&) {
        report_error(invocation.program_name, Error(ErrorKind::Failed, "out of memory"));
    } catch (const std::exception& error) {
        report_error(invocation.program_name, Error(ErrorKind::Internal, error.what(), "please report this"));
    }
    return 1;
}

}  // namespace bestow::cli
