#include "cli/store_options.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/passphrase.hpp"
#include "cli/report.hpp"
#include "cli/shown.hpp"
#include "cli/streams.hpp"
#include "operations/own_keys.hpp"

#include <iostream>
#include <utility>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

constexpr int kStandardInput = 0;
constexpr int kStandardOutput = 1;

}  // namespace

void add_reader_options(CLI::App& command, ReaderOptions& options) {
    command
        .add_option("--accept-reader", options.accepted,
                    "A host or operator whose key is confirmed herewith; may be given again")
        ->allow_extra_args(false);
    command.add_flag("-y,--yes", options.yes,
                     "Do not ask; keys that were not confirmed yet still need --accept-reader");
}

operations::Confirmation confirmation_for(const Invocation& invocation, const ReaderOptions& options) {
    operations::Confirmation confirmation{options.accepted, {}};
    os::Terminal* const terminal = invocation.terminal;
    if (terminal->available()) {
        confirmation.ask = [terminal](const std::vector<policy::Reader>& unknown) {
            std::cerr << "These keys have not been seen before; compare them with their owners':\n";
            for (const policy::Reader& reader : unknown) {
                std::cerr << "  " << shown_line(operations::describe_key_of(reader)) << '\n';
            }
            return terminal->confirm("May they read these secrets?");
        };
    }
    return confirmation;
}

bool confirmed_to_go_on(const Invocation& invocation, const ReaderOptions& options, const std::string& question) {
    if (options.yes) {
        return true;
    }
    if (!invocation.terminal->available()) {
        throw Error(ErrorKind::Usage, "there is no terminal to ask at", "--yes goes on without asking");
    }
    return invocation.terminal->confirm(question);
}

operations::IdentityRequest identity_request(const Invocation& invocation) {
    return {invocation.identities, ask_for_keys(*invocation.terminal)};
}

void add_lose_access_option(CLI::App& command, ReaderOptions& options) {
    command.add_flag("--lose-access", options.lose_access,
                     "Go on where you yourself cannot read any more what you read now");
}

void confirm_own_loss(const Invocation& invocation, const ReaderOptions& options, const std::string& what) {
    if (options.lose_access) {
        return;
    }
    if (!invocation.terminal->available()) {
        throw Error(ErrorKind::Usage, format("{}; nothing was changed", what), "--lose-access says that this is meant");
    }
    std::cerr << shown_line(what) << ".\n";
    if (!invocation.terminal->confirm("Lock yourself out?")) {
        throw Error(ErrorKind::Failed, "nothing was changed");
    }
}

bool confirm_own_losses(const Invocation& invocation, const ReaderOptions& options, operations::OpenStore& store,
                        const operations::SyncPlan& plan) {
    const std::vector<std::string> files = operations::files_lost_to_caller(store, plan);
    if (!files.empty()) {
        confirm_own_loss(invocation, options, format("you yourself will not be able to read {}", join(files, ", ")));
    }
    return !files.empty();
}

operations::OpenStore open_store(const Invocation& invocation, operations::OpenStore::Purpose purpose) {
    return {*invocation.system, invocation.store_directory, identity_request(invocation), purpose};
}

operations::OpenStore open_store_of_file(const Invocation& invocation, operations::OpenStore::Purpose purpose,
                                         const std::string& file) {
    os::System& system = *invocation.system;
    if (store::Store::try_open(system, invocation.store_directory)) {
        return open_store(invocation, purpose);
    }
    operations::FilePolicy policy = operations::find_file_policy(system, file);
    if (const std::optional<std::string> above = store::nearest_store(system, policy.folder)) {
        return {system, *above, identity_request(invocation), purpose};
    }
    report_warnings(invocation, policy.warnings);
    return {system, std::move(policy), identity_request(invocation), purpose};
}

std::string name_in_store(const operations::OpenStore& store, const std::string& path) {
    return store.file_policy() != nullptr ? store.file_policy()->name : name_in_store(store.store(), path);
}

std::string name_in_store(const store::Store& store, const std::string& path) {
    try {
        if (const std::optional<std::string> name = store.name_of_path(path)) {
            return *name;
        }
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::System) {
            throw;  // a folder that does not exist yet may still be one of the store's
        }
    }
    const bool is_outside = path.starts_with('/') || path.starts_with("./") || path.starts_with("../");
    if (is_outside) {
        throw Error(ErrorKind::Usage,
                    format("{} is not in the store {}", bestow::quoted(path), bestow::quoted(store.path())),
                    "--store DIR names another one");
    }
    return path;
}

void report_warnings(const Invocation& invocation, const std::vector<std::string>& warnings) {
    for (const std::string& warning : warnings) {
        report_warning(invocation.program_name, warning);
    }
}

void report_identity_warnings(const Invocation& invocation, operations::OpenStore& store) {
    if (store.identities_loaded()) {
        report_warnings(invocation, store.identities().warnings);
    }
}

void add_value_options(CLI::App& command, ValueOptions& options) {
    command.add_option("--value-file", options.file, "Take the value from a file, exactly ('-': standard input)");
    command.add_flag("--raw", options.raw, "Keep the final newline of standard input");
    command.add_flag("--allow-empty", options.allow_empty, "An empty value is meant");
}

namespace {

constexpr std::size_t kValueLimitBytes = std::size_t{32} * 1024 * 1024;

SecretBytes ask_for_value(os::Terminal& terminal, const std::string& what) {
    SecretBytes value = terminal.read_hidden(format("Value of {}: ", what));
    const SecretBytes again = terminal.read_hidden("Once more: ");
    if (!equal_constant_time(value.view(), again.view())) {
        throw Error(ErrorKind::Failed, "the two values differ; nothing was changed");
    }
    return value;
}

/// `echo` and `pass` end their output with a newline that nobody means.
SecretBytes without_final_newline(SecretBytes value) {
    if (!value.empty() && value.view().back() == '\n') {
        value.truncate(value.size() - 1);
    }
    return value;
}

SecretBytes take_value(const Invocation& invocation, const ValueOptions& options, const std::string& what) {
    os::System& system = *invocation.system;
    if (!is_standard_stream(options.file)) {
        const os::UniqueFd file = system.open_for_reading(options.file);
        return system.read_secret(file.get(), kValueLimitBytes, options.file);
    }
    if (options.file.empty() && os::is_terminal(kStandardInput)) {
        return ask_for_value(*invocation.terminal, what);
    }
    SecretBytes value = system.read_secret(kStandardInput, kValueLimitBytes, "standard input");
    return options.raw ? std::move(value) : without_final_newline(std::move(value));
}

}  // namespace

SecretBytes read_value_input(const Invocation& invocation, const ValueOptions& options, const std::string& what) {
    SecretBytes value = take_value(invocation, options, what);
    if (value.empty() && !options.allow_empty) {
        throw Error(ErrorKind::Usage, format("the value of {} is empty; nothing was changed", what),
                    "--allow-empty says that this is meant");
    }
    return value;
}

void write_value_output(const Invocation& invocation, ByteView value) {
    invocation.system->write_all(kStandardOutput, value, "standard output");
    if (os::is_terminal(kStandardOutput) && (value.empty() || value.back() != '\n')) {
        invocation.system->write_all(kStandardOutput, as_bytes("\n"), "standard output");
    }
}

}  // namespace bestow::cli
