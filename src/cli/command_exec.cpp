#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/document_file.hpp"
#include "cli/exec_environment.hpp"
#include "cli/store_options.hpp"
#include "operations/read_value.hpp"
#include "os/launch.hpp"

#include <memory>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

using operations::OpenStore;

struct Options {
    std::vector<std::string> files;
    std::vector<std::string> secrets;
    std::string host;
    std::string user;
    bool pristine = false;
    std::vector<std::string> command;
};

/// Every value at the top of an encrypted file, under its key.
void add_file(const Invocation& invocation, const std::string& name, ExecEnvironment& environment) {
    try {
        const operations::OperatorIdentities identities =
            operations::load_operator_identities(*invocation.system, identity_request(invocation));
        const sops::EncryptedFile document =
            sops::EncryptedFile::parse(to_text(read_document(invocation, name).view()), sops::format_of(name));
        const SecretBytes key = operations::open_data_key(document, name, identities);
        for (const sops::Value& value : document.decrypt_values(key.view())) {
            const auto* const variable =
                value.path.size() == 1 ? std::get_if<std::string>(&value.path.front()) : nullptr;
            if (variable == nullptr) {
                throw Error(
                    ErrorKind::Policy,
                    format("{}: a variable of the environment holds a single value", document::to_text(value.path)),
                    "--secret VARIABLE=NAME takes one value out of a file");
            }
            environment.set(*variable, sops::value_text(value).view());
        }
    } catch (Error& error) {
        error.add_context(name);
        throw;
    }
}

/// VARIABLE=NAME
void add_secret(OpenStore& store, const Options& options, const std::string& word, ExecEnvironment& environment) {
    const std::size_t equals = word.find('=');
    if (equals == 0 || equals == std::string::npos) {
        throw Error(ErrorKind::Usage, format("--secret takes VARIABLE=NAME, and not {}", bestow::quoted(word)));
    }
    const std::string name = word.substr(equals + 1);
    const policy::SecretSource& source = operations::find_source(store.view(), name, options.host);
    const SecretBytes value = operations::read_value(store, {source.file, source.key}, std::nullopt);
    environment.set(word.substr(0, equals), value.view());
}

int act(const Invocation& invocation, const Options& options) {
    if (options.files.empty() && options.secrets.empty()) {
        throw Error(ErrorKind::Usage, "nothing is to be put into the environment",
                    "--file FILE or --secret VARIABLE=NAME says what");
    }
    const std::optional<os::Account> account = account_named(options.user);
    ExecEnvironment environment;
    if (account) {
        environment.set_account(*account);
    }
    for (const std::string& file : options.files) {
        add_file(invocation, file, environment);
    }
    if (!options.secrets.empty()) {
        OpenStore store = open_store(invocation, OpenStore::Purpose::Reading);
        for (const std::string& secret : options.secrets) {
            add_secret(store, options, secret, environment);
        }
        report_identity_warnings(invocation, store);
    }
    os::replace_process({options.command, environment.finish(options.pristine)}, account);
}

}  // namespace

void add_exec_command(CLI::App& parser, Invocation& invocation) {
    auto options = std::make_shared<Options>();
    CLI::App* const command = parser.add_subcommand("exec", "Run a program with secrets in its environment");
    command->add_option("-f,--file", options->files, "An encrypted file: each of its values, under its key");
    command->add_option("-s,--secret", options->secrets, "VARIABLE=NAME: one secret, by its name; may be given again");
    command->add_option("--host", options->host, "Whose value, where hosts have different ones");
    command->add_flag("--pristine", options->pristine, "Hand nothing else of the environment on");
    command->add_option("--user", options->user, "Run it as this user; for root");
    command->add_option("command", options->command, "The program and its arguments, behind --")->required();
    command->footer(
        "The program takes bestow's place: signals and its exit status are its own, and there is no shell between.\n"
        "Other programs of the same user can read a program's environment; a file is safer: see exec-file.\n\n"
        "Examples:\n"
        "  bestow exec -f secrets/backup.yaml -- restic backup /srv\n"
        "  bestow exec --secret PGPASSWORD=db/password -- psql -h db.example.org");
    command->callback(
        [&invocation, options] { invocation.action = [&invocation, options] { return act(invocation, *options); }; });
}

}  // namespace bestow::cli
