#include "cli/commands.hpp"
#include "cli/key_actions.hpp"

#include <memory>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

void add_convert(CLI::App& key, Invocation& invocation) {
    CLI::App& command = *key.add_subcommand("convert", "Turn ed25519 SSH keys into age keys, as ssh-to-age does");
    const auto request = std::make_shared<ConvertRequest>();
    command.add_flag("--private-key", request->private_key,
                     "The input is a private key; print the identity it stands for");
    command.add_option("-o,--output", request->output, "Write to this file (default: standard output)");
    command.add_option("input", request->input,
                       "Public keys, a line each, or one private key (default: standard input)");
    command.footer("Example:\n  bestow key convert /etc/ssh/ssh_host_ed25519_key.pub");
    command.callback([request, &invocation] {
        invocation.action = [request, &invocation] { return convert_keys(invocation, *request); };
    });
}

void add_inspect(CLI::App& key, Invocation& invocation) {
    CLI::App& command = *key.add_subcommand("inspect", "Say what a key file holds; never prints a private key");
    const auto path = std::make_shared<std::string>();
    command.add_option("input", *path, "An SSH key, public or private, or an age identity (default: standard input)");
    command.footer("Example:\n  bestow key inspect ~/.ssh/id_ed25519");
    command.callback(
        [path, &invocation] { invocation.action = [path, &invocation] { return inspect_key(invocation, *path); }; });
}

void add_generate(CLI::App& key, Invocation& invocation) {
    CLI::App& command = *key.add_subcommand("generate", "Make a new age identity");
    const auto request = std::make_shared<KeygenRequest>();
    command.add_option("-o,--output", request->output, "A new file, readable by you alone (default: standard output)");
    command.footer("Example:\n  bestow key generate -o ~/.config/bestow/identity.txt");
    command.callback([request, &invocation] {
        invocation.action = [request, &invocation] { return run_keygen_request(invocation, *request); };
    });
}

}  // namespace

void add_key_command(CLI::App& parser, Invocation& invocation) {
    CLI::App& key = *parser.add_subcommand("key", "Keys: convert, inspect, generate");
    key.require_subcommand(1);
    key.footer("Example:\n  bestow key inspect ~/.ssh/id_ed25519.pub");
    add_convert(key, invocation);
    add_inspect(key, invocation);
    add_generate(key, invocation);
}

}  // namespace bestow::cli
