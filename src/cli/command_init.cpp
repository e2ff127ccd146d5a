#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/enrolment.hpp"
#include "cli/shown.hpp"
#include "cli/store_options.hpp"
#include "operations/user_folders.hpp"
#include "policy/edit.hpp"
#include "store/atomic_write.hpp"

#include <algorithm>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

constexpr const char* kSecretsFolder = "secrets";
constexpr unsigned kFolderMode = 0755;

struct Options {
    std::string directory;
    std::string name;
    KeyOptions keys;
};

/// The caller's own key: the identity that was named, else the SSH key that everybody has, else whatever identity is
/// found.
std::vector<std::string> own_keys(const Invocation& invocation) {
    const bool is_named =
        !invocation.identities.empty() || !invocation.system->environment("BESTOW_IDENTITY").value_or("").empty();
    if (!is_named && invocation.system->environment("HOME")) {
        for (const char* name : {"/.ssh/id_ed25519.pub", "/.ssh/id_rsa.pub"}) {
            KeyOptions options;
            options.files = {operations::home_folder(*invocation.system) + name};
            if (invocation.system->try_open_file(options.files.front())) {
                return read_public_keys(invocation, options);
            }
        }
    }
    operations::IdentityRequest request = identity_request(invocation);
    request.at_once = true;
    const operations::OperatorIdentities found =
        is_named ? operations::load_named_identities(*invocation.system, request)
                 : operations::load_operator_identities(*invocation.system, request);
    report_warnings(invocation, found.warnings);
    std::vector<std::string> keys;
    std::vector<std::string> converted;
    for (const auto& identity : found.identities) {
        const std::string key = identity->recipient_text();
        const std::string same = key.empty() ? key : age::recipient_as_x25519(key);
        if (!key.empty() && std::find(converted.begin(), converted.end(), same) == converted.end()) {
            keys.push_back(key);
            converted.push_back(same);
        }
    }
    if (keys.empty()) {
        throw Error(ErrorKind::NotFound, "no key of yours was found",
                    "make one with `ssh-keygen -t ed25519` or `bestow age keygen -o ~/.config/bestow/identity.txt`, or "
                    "name one with --key-file");
    }
    return keys;
}

std::string operator_name(const Invocation& invocation, const Options& options) {
    if (!options.name.empty()) {
        return options.name;
    }
    const std::optional<std::string> user = invocation.system->environment("USER");
    return user && !user->empty() ? *user : "me";
}

int act(const Invocation& invocation, const Options& options) {
    const std::string directory = !options.directory.empty()           ? options.directory
                                  : invocation.store_directory.empty() ? "."
                                                                       : invocation.store_directory;
    os::System& system = *invocation.system;
    store::Store store = store::Store::at(system, directory);
    store.lock();
    if (system.try_status(store.root(), store::kPolicyFile)) {
        throw Error(ErrorKind::Failed,
                    format("there is a {} in {} already", store::kPolicyFile, bestow::quoted(store.path())));
    }
    std::vector<std::string> keys = read_public_keys(invocation, options.keys);
    if (keys.empty()) {
        keys = own_keys(invocation);
    }
    const std::string name = operator_name(invocation, options);
    const std::string text = policy::new_policy_text(name, keys);
    (void)store.policy_with({{store::kPolicyFile, text}});

    if (!system.try_status(store.root(), kSecretsFolder)) {
        system.make_directory(store.root(), kSecretsFolder, kFolderMode);
    }
    store::WriteBatch batch(system, store.root());
    batch.write(store::kPolicyFile, as_bytes(text));
    batch.commit();
    std::vector<policy::Reader> readers;
    for (const std::string& key : keys) {
        const std::string recipient = age::normalize_recipient(key);
        readers.push_back({policy::Reader::Kind::Operator, name, recipient, recipient});
    }
    operations::remember_readers(system, store.path(), readers);
    std::cout << format("{}/{}: operator {}\n", shown_line(store.path()), store::kPolicyFile, bestow::quoted(name));
    for (const std::string& key : keys) {
        std::cout << "  " << fingerprint_of(key) << '\n';
    }
    return 0;
}

}  // namespace

void add_init_command(CLI::App& parser, Invocation& invocation) {
    auto options = std::make_shared<Options>();
    CLI::App* const command = parser.add_subcommand("init", "Write a new bestow.yaml and enrol yourself");
    command->add_option("directory", options->directory, "Where (default: here)");
    command->add_option("--operator", options->name, "Your name as an operator (default: $USER)");
    add_key_options(*command, options->keys);
    command->footer(
        "Without a key, yours is that of --identity or BESTOW_IDENTITY, else ~/.ssh/id_ed25519.pub, else the identity\n"
        "that is found.\n\n"
        "Example:\n"
        "  bestow init --operator alice --key-file ~/.ssh/id_ed25519.pub");
    command->callback(
        [&invocation, options] { invocation.action = [&invocation, options] { return act(invocation, *options); }; });
}

}  // namespace bestow::cli
