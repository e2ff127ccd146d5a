#include "cli/approval.hpp"
#include "cli/commands.hpp"
#include "cli/generated_output.hpp"
#include "cli/store_options.hpp"
#include "operations/declare.hpp"
#include "operations/key_argument.hpp"
#include "operations/typed_value.hpp"

#include <memory>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

using operations::OpenStore;

struct Options {
    policy::NewSecret secret;
    std::optional<std::string> key;
    std::string host;
    std::string type = "string";
    bool no_value = false;
    std::vector<std::string> approved;
    ValueOptions value;
    ReaderOptions readers;
};

int act(const Invocation& invocation, const Options& options) {
    const sops::ValueType type = operations::parse_value_type(options.type);
    OpenStore store = open_store(invocation, OpenStore::Purpose::Writing);
    policy::NewSecret secret = options.secret;
    if (options.key) {
        secret.key = operations::parse_declared_key(*options.key);
    }
    operations::AddRequest request{secret, options.host, std::nullopt, confirmation_for(invocation, options.readers)};
    if (!options.no_value && !secret.generate) {
        ValueOptions source = options.value;
        source.raw =
            source.raw || (secret.key && secret.key->empty());  // a whole document is what it is, byte for byte
        request.value = operations::make_typed_value(read_value_input(invocation, source, options.secret.name), type);
    }
    report_warnings(invocation, operations::add_secret(store, request));
    if (secret.generate && !options.no_value) {
        return print_generated(
            invocation, store,
            operations::generate_missing(store, {{secret.name},
                                                 false,
                                                 false,
                                                 request.confirmation,
                                                 approval_for(invocation, options.approved),
                                                 confirm_derivations(invocation, options.readers, secret.name)}));
    }
    report_identity_warnings(invocation, store);
    return 0;
}

void add_placement_options(CLI::App& command, policy::NewSecret& secret) {
    command.add_option("--owner", secret.owner, "The delivered file's owner (default: root)");
    command.add_option("--group", secret.group, "Its group (default: the owner's primary group)");
    command.add_option("--mode", secret.mode, "Its mode, octal (default: 0400)");
    command.add_option("--path", secret.path, "An absolute path where hosts put a link to it");
    command.add_option("--phase", secret.phase, "early: before users exist; or main (default)");
    command.add_option("--restart", secret.restart, "A unit to restart when it changes; may be given again")
        ->allow_extra_args(false);
    command.add_option("--reload", secret.reload, "A unit to reload when it changes; may be given again")
        ->allow_extra_args(false);
}

void add_lifetime_options(CLI::App& command, policy::NewSecret& secret) {
    command.add_option("--generate", secret.generate,
                       "How values of it are made: a kind, or '{kind: text, length: 40}'; see bestow.yaml(5)");
    command.add_option("--rotate-after", secret.rotate_after, "How old a value may become, such as 90d");
    command.add_flag("--keep-previous", secret.keep_previous, "`bestow rotate` keeps the value that it replaces");
}

}  // namespace

void add_add_command(CLI::App& parser, Invocation& invocation) {
    auto options = std::make_shared<Options>();
    policy::NewSecret& secret = options->secret;
    CLI::App* const command = parser.add_subcommand("add", "Declare a secret and set its value");
    command->add_option("name", secret.name, "The secret's name: FILE/KEY below secrets/")->required();
    command->add_option("--to", secret.to, "A host, a role, a+b for both, or all; may be given again")
        ->allow_extra_args(false);
    command->add_option("--except", secret.except, "A host or role to take away again; may be given again")
        ->allow_extra_args(false);
    command->add_option("--per", secret.per, "host: each host has its own; or the name of a host variable");
    command->add_option("--file", secret.file, "The encrypted file, instead of what the name says");
    command->add_option("--key", options->key,
                        "The key in that file: a.b[0], '[a, b.c, 0]', or . for the whole document");
    command->add_option("--as", secret.as, "How a map is delivered: yaml, json or env");
    add_placement_options(*command, secret);
    add_lifetime_options(*command, secret);
    add_approve_option(*command, options->approved);
    command->add_option("--host", options->host, "With --per: whose value this is");
    command->add_option("--type", options->type, "string (default), int, float, bool or null");
    command->add_flag("--no-value", options->no_value, "Only declare it; `bestow set` gives the value later");
    add_value_options(*command, options->value);
    add_reader_options(*command, options->readers);
    command->footer(
        "bestow.yaml and the encrypted file are written in one batch, or neither. A secret without --to reaches hosts\n"
        "through templates alone.\n\n"
        "Examples:\n"
        "  bestow add powerdns/api-key --to dns --owner pdns --restart pdns.service\n"
        "  wg genkey | bestow add wireguard/private-key --to server --per host --host brunnen");
    command->callback(
        [&invocation, options] { invocation.action = [&invocation, options] { return act(invocation, *options); }; });
}

}  // namespace bestow::cli
