#include "age/stream_file.hpp"
#include "base/format.hpp"
#include "cli/age_request.hpp"
#include "cli/commands.hpp"
#include "cli/inspect_age.hpp"

#include <memory>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

void add_files(CLI::App& command, AgeRequest& request) {
    command.add_option("-o,--output", request.output,
                       "Write to this file, whole or not at all (default: standard output)");
    command.add_option("input", request.input, "The file to read (default: standard input)");
}

void add_encrypt(CLI::App& age, Invocation& invocation) {
    CLI::App& command = *age.add_subcommand("encrypt", "Encrypt a file to recipients, or with a passphrase");
    const auto request = std::make_shared<AgeRequest>();
    command.add_option("-r,--recipient", request->recipients,
                       "age1..., ssh-ed25519 ... or ssh-rsa ...; may be given again");
    command.add_option("-R,--recipients-file", request->recipients_files,
                       "A file with a recipient a line; may be given again");
    command.add_option("-i,--identity", request->identity_files, "Encrypt to the recipients of this identity file");
    command.add_flag("-p,--passphrase", request->passphrase, "Encrypt with a passphrase, asked for at the terminal");
    command.add_flag("-a,--armor", request->armor, "Write text (PEM) instead of binary");
    add_files(command, *request);
    command.footer("Example:\n  bestow age encrypt -r age1... -o notes.age notes.txt");
    command.callback([request, &invocation] {
        invocation.action = [request, &invocation] {
            request->encrypt = true;
            check_age_request(*request);
            return run_age_request(invocation, *request);
        };
    });
}

void add_decrypt(CLI::App& age, Invocation& invocation) {
    CLI::App& command = *age.add_subcommand("decrypt", "Decrypt an age file, binary or armored");
    const auto request = std::make_shared<AgeRequest>();
    command.add_option("-i,--identity", request->identity_files,
                       "A file with a private key; may be given again (default: your own identities)");
    add_files(command, *request);
    command.footer("Example:\n  bestow age decrypt -i key.txt -o notes.txt notes.age");
    command.callback([request, &invocation] {
        invocation.action = [request, &invocation] {
            request->decrypt = true;
            request->use_operator_identities = true;
            request->identity_files.insert(request->identity_files.begin(), invocation.identities.begin(),
                                           invocation.identities.end());
            check_age_request(*request);
            return run_age_request(invocation, *request);
        };
    });
}

void add_keygen(CLI::App& age, Invocation& invocation) {
    CLI::App& command = *age.add_subcommand("keygen", "Make a new identity, or print the recipients of one");
    const auto request = std::make_shared<KeygenRequest>();
    command.add_flag("-y,--to-recipients", request->convert, "Print the recipients of the identity file INPUT");
    command.add_option("-o,--output", request->output, "Write to this file; a new identity never replaces one");
    command.add_option("input", request->input, "The identity file for -y (default: standard input)");
    command.footer("Example:\n  bestow age keygen -o key.txt");
    command.callback([request, &invocation] {
        invocation.action = [request, &invocation] { return run_keygen_request(invocation, *request); };
    });
}

void add_inspect(CLI::App& age, Invocation& invocation) {
    CLI::App& command = *age.add_subcommand("inspect", "Say what can be said of an age file without a key");
    const auto path = std::make_shared<std::string>();
    command.add_option("input", *path, "The file to read (default: standard input)");
    command.footer("Example:\n  bestow age inspect notes.age");
    command.callback([path, &invocation] {
        invocation.action = [path, &invocation] { return inspect_age_file(invocation, *path); };
    });
}

}  // namespace

void add_age_command(CLI::App& parser, Invocation& invocation) {
    CLI::App& age = *parser.add_subcommand("age", "Files in age's format: encrypt, decrypt, keygen, inspect");
    age.require_subcommand(1);
    age.footer("Example:\n  bestow age encrypt -r age1... -o notes.age notes.txt");
    add_encrypt(age, invocation);
    add_decrypt(age, invocation);
    add_keygen(age, invocation);
    add_inspect(age, invocation);
}

}  // namespace bestow::cli
