#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/enrolment.hpp"
#include "cli/reader_change.hpp"
#include "cli/replace_key.hpp"
#include "cli/report.hpp"
#include "cli/table.hpp"
#include "operations/bootstrap.hpp"
#include "operations/enrol.hpp"
#include "operations/reader_scope.hpp"
#include "policy/edit.hpp"

#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

using document::JsonValue;
using operations::OpenStore;
using policy::Reader;

constexpr int kPartly = 4;
constexpr std::size_t kMaxSettingsBytes = std::size_t{1} * 1024 * 1024;

struct AddOptions {
    policy::NewHost host;
    std::vector<std::string> variables;
    KeyOptions keys;
    ReaderOptions readers;
    bool no_sync = false;
    bool generate = false;
};

struct BootstrapOptions {
    operations::BootstrapRequest request;
    std::string settings_file;
};

std::map<std::string, std::string> parse_variables(const std::vector<std::string>& texts) {
    std::map<std::string, std::string> variables;
    for (const std::string& text : texts) {
        const std::size_t equals = text.find('=');
        if (equals == std::string::npos || equals == 0) {
            throw Error(ErrorKind::Usage, format("--var takes NAME=VALUE, not {}", bestow::quoted(text)));
        }
        variables[text.substr(0, equals)] = text.substr(equals + 1);
    }
    return variables;
}

/// A host that is declared otherwise, whatever its key.
void refuse_known_name(const Invocation& invocation, policy::NewHost host) {
    const store::Store store = store::Store::open(*invocation.system, invocation.store_directory);
    const std::string text = store.try_read_text(store::kPolicyFile).value_or("");
    host.keys = policy::declared_keys(text, "hosts", host.name);
    (void)policy::with_host(text, host);
}

/// The key is written before files are synced, and found again when that was interrupted.
int add_generated(const Invocation& invocation, AddOptions& options) {
    const Enrolment who{Reader::Kind::Host, options.host.name, {}, options.readers, options.no_sync};
    OpenStore store = open_store(invocation, OpenStore::Purpose::Writing);
    if (operations::keeps_host_key(store, options.host.name)) {
        refuse_known_name(invocation, options.host);
        return enrol(invocation, store, who);
    }
    report_warnings(
        invocation,
        operations::add_host_with_key(store, options.host, confirmation_for(invocation, options.readers), [&] {
            if (!options.no_sync) {
                expect_some_open(store, operations::plan_sync_for(store, {who.kind, who.name}));
            }
        }));
    try {
        return enrol(invocation, store, who);
    } catch (const Error& error) {
        report_error(invocation.program_name, error);
        report_warning(invocation.program_name, "bestow.yaml is changed, but files are not yet; `bestow sync` goes on");
        return kPartly;
    }
}

int act_bootstrap(const Invocation& invocation, BootstrapOptions options) {
    if (!options.settings_file.empty()) {
        const os::UniqueFd file = invocation.system->open_for_reading(options.settings_file);
        options.request.settings_name = options.settings_file;
        options.request.settings = invocation.system->read_text(file.get(), kMaxSettingsBytes, options.settings_file);
    }
    OpenStore store = open_store(invocation, OpenStore::Purpose::Writing);
    report_warnings(invocation, operations::bootstrap_host(store, options.request));
    report_identity_warnings(invocation, store);
    report_warning(invocation.program_name,
                   format("{}/etc/ssh/ssh_host_ed25519_key is host {}'s private key in plaintext: remove it when the "
                          "machine has it",
                          options.request.directory, bestow::quoted(options.request.host)));
    return 0;
}

int act_add(const Invocation& invocation, AddOptions options) {
    options.host.vars = parse_variables(options.variables);
    options.host.keys = read_public_keys(invocation, options.keys);
    const auto edit = [&](std::string_view text) { return policy::with_host(text, options.host); };
    if (!options.keys.scan.empty()) {
        refuse_known_name(invocation, options.host);  // before anybody is asked
        options.host.keys.push_back(scan_host_key(invocation, options.keys));
    }
    if (options.host.keys.empty() != options.generate) {
        throw Error(ErrorKind::Usage,
                    options.generate ? "--generate makes the host's key: leave the others out" : "the host needs a key",
                    "give --key, --key-file, --scan or --generate");
    }
    if (options.generate) {
        return add_generated(invocation, options);
    }
    operations::EditedStore edited = operations::open_edited_store(*invocation.system, invocation.store_directory,
                                                                   identity_request(invocation), edit);
    return enrol(invocation, edited.store,
                 {Reader::Kind::Host, options.host.name, edited.texts, options.readers, options.no_sync});
}

int act_list(const Invocation& invocation) {
    const OpenStore store = open_store(invocation, OpenStore::Purpose::Reading);
    JsonValue list = JsonValue::array();
    std::vector<std::vector<std::string>> rows;
    for (const policy::Host& host : store.policy().hosts) {
        const std::size_t files = operations::readable_by(store.view(), Reader::Kind::Host, host.name).size();
        JsonValue variables = JsonValue::object();
        std::vector<std::string> settings;
        for (const auto& [name, value] : host.vars) {
            variables.set(name, JsonValue::text(value));
            settings.push_back(format("{}={}", name, value));
        }
        list.append(JsonValue::object()
                        .set("name", JsonValue::text(host.name))
                        .set("roles", JsonValue::texts(host.roles))
                        .set("vars", variables)
                        .set("keys", json_of(host.keys))
                        .set("files", JsonValue::number(static_cast<std::int64_t>(files))));
        rows.push_back(
            {host.name, join(host.roles, ","), join(settings, ","), format("{} files", files), listed_keys(host.keys)});
    }
    if (invocation.json) {
        std::cout << list.dump() << '\n';
    } else {
        print_table(std::cout, rows);
    }
    return 0;
}

void add_add(CLI::App& parent, Invocation& invocation) {
    auto options = std::make_shared<AddOptions>();
    CLI::App* const command = parent.add_subcommand("add", "Declare a machine; files that it should read are synced");
    command->add_option("name", options->host.name, "The machine's name")->required();
    add_key_options(*command, options->keys);
    add_scan_options(*command, options->keys);
    command->add_flag("--generate", options->generate,
                      "Make its SSH host key here, kept in the store for operators alone; see host bootstrap");
    command->add_option("--role", options->host.roles, "A role that it has; may be given again")
        ->allow_extra_args(false);
    command->add_option("--var", options->variables, "NAME=VALUE, for per: and templates; may be given again")
        ->allow_extra_args(false);
    command->add_flag("--no-sync", options->no_sync, "Change bestow.yaml only");
    add_reader_options(*command, options->readers);
    command->footer(
        "Examples:\n"
        "  bestow host add brunnen --key-file brunnen/ssh_host_ed25519_key.pub --role server\n"
        "  bestow host add itw --scan itw.example.org --var env=prod");
    command->callback([&invocation, options] {
        invocation.action = [&invocation, options] { return act_add(invocation, *options); };
    });
}

void add_list(CLI::App& parent, Invocation& invocation) {
    CLI::App* const command = parent.add_subcommand("list", "The machines, their roles and keys");
    command->footer("Example:\n  bestow host list --json");
    command->callback([&invocation] { invocation.action = [&invocation] { return act_list(invocation); }; });
}

void add_remove(CLI::App& parent, Invocation& invocation) {
    auto options = std::make_shared<ChangeOptions>();
    options->kind = Reader::Kind::Host;
    CLI::App* const command =
        parent.add_subcommand("remove", "Forget a machine; files that it could read get new data keys");
    add_change_options(*command, *options);
    command->footer(
        "Whatever it could read, it may have kept: change these values, too.\n\nExample:\n"
        "  bestow host remove brunnen");
    command->callback([&invocation, options] {
        invocation.action = [&invocation, options] { return remove_reader(invocation, *options); };
    });
}

void add_bootstrap(CLI::App& parent, Invocation& invocation) {
    auto options = std::make_shared<BootstrapOptions>();
    CLI::App* const command = parent.add_subcommand(
        "bootstrap", "Write a new machine's host key and bundle where an installer puts them in place");
    command->add_option("name", options->request.host, "A machine that was added with --generate")->required();
    command->add_option("--to", options->request.directory, "What will be the machine's root directory")->required();
    command->add_option("--host-yaml", options->settings_file,
                        "A file that becomes the machine's /etc/bestow/host.yaml");
    command->add_flag("--force", options->request.force, "Replace a host key that is there");
    command->footer(
        "Writes a private key in plaintext, by its nature. Never into a git work tree.\n\n"
        "Example:\n"
        "  bestow host add harbor --generate --role server\n"
        "  bestow host bootstrap harbor --to extra && nixos-anywhere --extra-files extra root@192.0.2.7");
    command->callback([&invocation, options] {
        invocation.action = [&invocation, options] { return act_bootstrap(invocation, *options); };
    });
}

}  // namespace

void add_host_command(CLI::App& parser, Invocation& invocation) {
    CLI::App* const command = parser.add_subcommand("host", "Machines: add, list, replace-key, remove, bootstrap");
    command->require_subcommand(1);
    command->footer("Example:\n  bestow host add brunnen --scan brunnen.example.org --role server");
    add_add(*command, invocation);
    add_list(*command, invocation);
    add_replace_key(*command, invocation, Reader::Kind::Host);
    add_remove(*command, invocation);
    add_bootstrap(*command, invocation);
}

}  // namespace bestow::cli
