#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/document_file.hpp"
#include "cli/exec_environment.hpp"
#include "cli/store_options.hpp"
#include "operations/read_value.hpp"
#include "os/launch.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

using operations::OpenStore;
using operations::OperatorIdentities;

struct Options {
    std::vector<std::string> files;
    std::vector<std::string> secrets;
    std::string host;
    std::string user;
    bool pristine = false;
    std::vector<std::string> command;
};

/// Variables by which shells, loaders, interpreters and git find code to run; the second ones by their beginning.
constexpr std::string_view kDecideWhatRuns =
    " PATH HOME SHELL ENV BASH_ENV IFS SHELLOPTS EDITOR VISUAL PAGER BROWSER LESSOPEN PYTHONPATH PYTHONSTARTUP "
    "PYTHONHOME PERL5LIB PERL5OPT PERL5DB RUBYLIB RUBYOPT NODE_PATH NODE_OPTIONS JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS "
    "_JAVA_OPTIONS GCONV_PATH GIT_SSH GIT_SSH_COMMAND GIT_ASKPASS GIT_EDITOR GIT_PAGER GIT_EXEC_PATH "
    "GIT_EXTERNAL_DIFF SSH_ASKPASS SUDO_ASKPASS ";
constexpr std::array<std::string_view, 4> kDecideWhatRunsToo = {"LD_", "DYLD_", "BASH_FUNC_", "GIT_CONFIG"};

/// Whoever can push can put a document of his own making into a file's place: no key in it may decide which code a
/// program loads or runs. --secret names its variable on the command line.
bool decides_what_runs(const std::string& variable) {
    return kDecideWhatRuns.find(" " + variable + " ") != std::string_view::npos ||
           std::any_of(kDecideWhatRunsToo.begin(), kDecideWhatRunsToo.end(),
                       [&variable](std::string_view prefix) { return variable.starts_with(prefix); });
}

/// Every value at the top of an encrypted file, under its key.
void add_file(const Invocation& invocation, const std::string& name, const OperatorIdentities& identities,
              ExecEnvironment& environment) {
    try {
        const sops::EncryptedFile document =
            sops::EncryptedFile::parse(read_ciphertext(invocation, name), sops::format_of(name));
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
            if (decides_what_runs(*variable)) {
                throw Error(ErrorKind::Policy,
                            format("{} would decide which code the program runs", bestow::quoted(*variable)),
                            "--secret VARIABLE=NAME sets it all the same, for a secret of the store");
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

/// The identities are loaded once, so that nobody is asked for a passphrase twice.
void add_values(const Invocation& invocation, const Options& options, ExecEnvironment& environment) {
    std::optional<OpenStore> store;
    std::optional<OperatorIdentities> own;
    if (options.secrets.empty()) {
        own.emplace(operations::load_operator_identities(*invocation.system, identity_request(invocation)));
    } else {
        store.emplace(open_store(invocation, OpenStore::Purpose::Reading));
    }
    const OperatorIdentities& identities = own ? *own : store->identities();
    report_warnings(invocation, identities.warnings);
    for (const std::string& file : options.files) {
        add_file(invocation, file, identities, environment);
    }
    for (const std::string& secret : options.secrets) {
        add_secret(*store, options, secret, environment);
    }
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
    add_values(invocation, options, environment);
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
