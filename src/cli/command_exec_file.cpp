#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/document_file.hpp"
#include "cli/exec_environment.hpp"
#include "cli/store_options.hpp"
#include "operations/private_folder.hpp"
#include "operations/read_value.hpp"
#include "os/launch.hpp"

#include <memory>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

using operations::OpenStore;

constexpr std::string_view kPlaceholder = "{}";
constexpr const char* kFileName = "secret";

struct Options {
    std::string file;
    std::string secret;
    std::string host;
    std::string user;
    bool pristine = false;
    bool nameless = false;
    std::vector<std::string> command;
};

SecretBytes decrypted_file(const Invocation& invocation, const std::string& name) {
    try {
        const operations::OperatorIdentities identities =
            operations::load_operator_identities(*invocation.system, identity_request(invocation));
        const sops::EncryptedFile document =
            sops::EncryptedFile::parse(read_ciphertext(invocation, name), sops::format_of(name));
        return document.decrypt_document(operations::open_data_key(document, name, identities).view());
    } catch (Error& error) {
        error.add_context(name);
        throw;
    }
}

SecretBytes content_for(const Invocation& invocation, const Options& options) {
    if (options.file.empty() == options.secret.empty()) {
        throw Error(ErrorKind::Usage, "one thing is to be in the file", "--file FILE or --secret NAME says what");
    }
    if (!options.file.empty()) {
        return decrypted_file(invocation, options.file);
    }
    OpenStore store = open_store(invocation, OpenStore::Purpose::Reading);
    const policy::SecretSource& source = operations::find_source(store.view(), options.secret, options.host);
    SecretBytes value = operations::read_value(store, {source.file, source.key}, std::nullopt);
    report_identity_warnings(invocation, store);
    return value;
}

std::vector<std::string> with_path(const std::vector<std::string>& command, const std::string& path) {
    std::vector<std::string> words;
    for (std::string word : command) {
        for (std::size_t at = word.find(kPlaceholder); at != std::string::npos;
             at = word.find(kPlaceholder, at + path.size())) {
            word.replace(at, kPlaceholder.size(), path);
        }
        words.push_back(std::move(word));
    }
    return words;
}

/// The file has no name in any folder, and the program takes our place: there is nobody who could tidy up.
[[noreturn]] void run_in_place(const Options& options, ByteView content, std::vector<SecretBytes> environment,
                               const std::optional<os::Account>& account) {
    const std::string path = os::make_memory_file(content, account);
    os::replace_process({with_path(options.command, path), std::move(environment)}, account);
}

int run_beside(const Invocation& invocation, const Options& options, ByteView content,
               std::vector<SecretBytes> environment) {
    const operations::PrivateFolder folder(*invocation.system);
    const os::UniqueFd file = invocation.system->create_file(folder.fd(), kFileName, 0400);
    invocation.system->write_all(file.get(), content, kFileName);
    const os::Launch launch = {with_path(options.command, folder.path() + "/" + kFileName), std::move(environment)};
    return os::run_child(launch, std::nullopt).status;
}

int act(const Invocation& invocation, const Options& options) {
    if (with_path(options.command, "/") == options.command) {
        throw Error(ErrorKind::Usage, "no argument of the program is, or holds, {}", "{} stands for the file's name");
    }
    const std::optional<os::Account> account = account_named(options.user);
    const SecretBytes content = content_for(invocation, options);
    ExecEnvironment environment;
    if (account) {
        environment.set_account(*account);
    }
    std::vector<SecretBytes> variables = environment.finish(options.pristine);
    if (options.nameless) {
        run_in_place(options, content.view(), std::move(variables), account);
    }
    if (account) {
        os::become_user(*account);  // the folder for the file is that user's
    }
    return run_beside(invocation, options, content.view(), std::move(variables));
}

}  // namespace

void add_exec_file_command(CLI::App& parser, Invocation& invocation) {
    auto options = std::make_shared<Options>();
    CLI::App* const command = parser.add_subcommand("exec-file", "Run a program with a secret in a file");
    command->add_option("-f,--file", options->file, "An encrypted file, which is decrypted whole");
    command->add_option("-s,--secret", options->secret, "One secret, by its name");
    command->add_option("--host", options->host, "Whose value, where hosts have different ones");
    command->add_flag("--pristine", options->pristine, "Hand nothing of the environment on");
    command->add_flag("--nameless", options->nameless, "A file without a name, /proc/self/fd/N");
    command->add_option("--user", options->user, "Run it as this user; for root");
    command->add_option("command", options->command, "The program and its arguments, behind --; {} is the file")
        ->required();
    command->footer(
        "The file lies in a folder of mode 0700 on a memory file system, and is gone when the program ends; signals\n"
        "and the exit status are passed on. With --nameless it lies in no folder, and the program takes bestow's\n"
        "place; programs that close descriptors which they do not know, as ssh does, cannot read such a file.\n\n"
        "Examples:\n"
        "  bestow exec-file -f secrets/kubeconfig.yaml -- kubectl --kubeconfig {} get pods\n"
        "  bestow exec-file --secret deploy/ssh-key -- ssh -i {} deploy@example.org");
    command->callback(
        [&invocation, options] { invocation.action = [&invocation, options] { return act(invocation, *options); }; });
}

}  // namespace bestow::cli
