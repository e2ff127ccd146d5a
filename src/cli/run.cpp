#include "base/path.hpp"
#include "cli/commands.hpp"
#include "cli/programs.hpp"
#include "cli/report.hpp"
#include "cli/usage_error.hpp"
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
constexpr auto kCommands = std::to_array<AddCommand>({
    // The store.
    add_init_command,
    add_host_command,
    add_operator_command,
    add_add_command,
    add_set_command,
    add_get_command,
    add_unset_command,
    add_mv_command,
    add_list_command,
    add_edit_command,
    add_encrypt_command,
    add_decrypt_command,
    add_sync_command,
    add_generate_command,
    add_rotate_command,
    add_rekey_command,
    add_check_command,
    add_who_command,
    add_audit_command,
    add_render_command,
    add_bundle_command,
    add_exec_command,
    add_exec_file_command,
    // On a host.
    add_activate_command,
    add_generations_command,
    add_rollback_command,
    add_status_command,
    add_install_command,
    // Files in age's format and keys.
    add_age_command,
    add_key_command,
    add_help_command,
});

void add_global_options(CLI::App& parser, Invocation& invocation) {
    parser.add_option("--store", invocation.store_directory, "The store's directory (default: the nearest upwards)");
    parser.add_option("--identity", invocation.identities, "A file with a private key; may be given again")
        ->allow_extra_args(false);
    parser.add_flag("--json", invocation.json, "Lists as JSON");
    parser.set_version_flag("--version", "bestow " BESTOW_VERSION);
}

/// An option that may be given again takes one value each time: `-i key.txt notes.age` names one identity.
void take_one_value_each(CLI::App& command) {
    for (CLI::Option* const option : command.get_options()) {
        if (!option->get_positional() && option->get_items_expected_max() > 1) {
            option->allow_extra_args(false);
        }
    }
    for (CLI::App* const subcommand : command.get_subcommands({})) {
        take_one_value_each(*subcommand);
    }
}

int parse_and_act(int argc, char** argv, Invocation& invocation) {
    CLI::App parser("Secrets in git, sealed to machines' SSH host keys, delivered into memory file systems.", "bestow");
    parser.fallthrough();
    parser.require_subcommand(0, 1);
    add_global_options(parser, invocation);
    for (const AddCommand add : kCommands) {
        add(parser, invocation);
    }
    take_one_value_each(parser);
    try {
        parser.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() != 0) {
            throw usage_error(parser, error);
        }
        return parser.exit(error);  // --help, --version
    }
    if (!invocation.action) {
        std::cerr << parser.help();
        return kUsageStatus;
    }
    return invocation.action();
}

/// Called by another program's name, it is that program.
int run_under_its_name(int argc, char** argv, Invocation& invocation) {
    const std::string path = argc > 0 ? argv[0] : "bestow";
    const std::string name = base_name(path);
    const Program* const program = find_program(name);
    if (program == nullptr) {
        return parse_and_act(argc, argv, invocation);
    }
    invocation.program_name = program->says_path ? path : name;
    try {
        return program->run(invocation, std::vector<std::string>(argv + 1, argv + argc));
    } catch (const Error& error) {
        report_error(invocation.program_name, error);
        return 1;
    }
}

/// Lists are worth nothing when they did not arrive: a full disk behind `bestow list > file` is a failure. A status
/// that tells of more than that stands.
int checked_output(int status) {
    if (status != 0 || std::cout.flush()) {
        return status;
    }
    throw Error(ErrorKind::Failed, "cannot write to standard output; what it got is incomplete");
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
        return checked_output(run_under_its_name(argc, argv, invocation));
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
