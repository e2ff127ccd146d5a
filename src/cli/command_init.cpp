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
#include <cerrno>
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
    bool nested = false;
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

std::vector<std::string> keys_for(const Invocation& invocation, const Options& options) {
    std::vector<std::string> keys = read_public_keys(invocation, options.keys);
    return keys.empty() ? own_keys(invocation) : keys;
}

/// A path whose end need not be there yet.
struct Whereabouts {
    std::string existing;  ///< real
    std::string missing;   ///< "/a/b" below that; empty when all of it is there
};

Whereabouts find_whereabouts(os::System& system, std::string path) {
    std::string missing;
    while (true) {
        while (path.size() > 1 && path.back() == '/') {
            path.pop_back();
        }
        try {
            return {system.real_path(path), missing};
        } catch (const Error& error) {
            if (error.errno_value() != ENOENT) {
                throw;
            }
        }
        const std::size_t slash = path.rfind('/');
        missing = "/" + path.substr(slash == std::string::npos ? 0 : slash + 1) + missing;
        path = slash == std::string::npos ? "." : path.substr(0, std::max(slash, std::size_t{1}));
    }
}

/// Commands below would find the new store and not the one above, which git shows no sign of.
void refuse_store_above(os::System& system, const Whereabouts& where) {
    const bool is_root = where.existing == "/";
    const std::size_t slash = where.existing.rfind('/');
    const std::string parent = slash == 0 ? "/" : where.existing.substr(0, slash);
    if (where.missing.empty() && is_root) {
        return;
    }
    if (const auto above = store::nearest_store(system, where.missing.empty() ? parent : where.existing)) {
        throw Error(
            ErrorKind::Failed,
            format("{} lies in the store {}", bestow::quoted(where.existing + where.missing), bestow::quoted(*above)),
            "--nested makes a store of its own there");
    }
}

void enrol(const store::Store& store, const std::string& name, const std::vector<std::string>& keys) {
    std::vector<policy::Reader> readers;
    for (const std::string& key : keys) {
        const std::string recipient = age::normalize_recipient(key);
        readers.push_back({policy::Reader::Kind::Operator, name, recipient, recipient});
    }
    operations::remember_readers(store.system(), store.path(), readers);
    std::cout << format("{}/{}: operator {}\n", shown_line(store.path()), store::kPolicyFile, bestow::quoted(name));
    for (const std::string& key : keys) {
        std::cout << "  " << fingerprint_of(key) << '\n';
    }
}

int act(const Invocation& invocation, const Options& options) {
    const std::string directory = !options.directory.empty()           ? options.directory
                                  : invocation.store_directory.empty() ? "."
                                                                       : invocation.store_directory;
    os::System& system = *invocation.system;
    const Whereabouts where = find_whereabouts(system, directory);
    if (!options.nested) {
        refuse_store_above(system, where);
    }
    std::vector<std::string> keys;
    if (!where.missing.empty()) {
        keys = keys_for(invocation, options);  // before anything is made
        (void)operations::make_folder(system, where.existing + where.missing, kFolderMode);
    }
    store::Store store = store::Store::at(system, directory);
    store.lock();
    if (system.try_status(store.root(), store::kPolicyFile)) {
        throw Error(ErrorKind::Failed,
                    format("there is a {} in {} already", store::kPolicyFile, bestow::quoted(store.path())));
    }
    if (keys.empty()) {
        keys = keys_for(invocation, options);
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
    enrol(store, name, keys);
    return 0;
}

}  // namespace

void add_init_command(CLI::App& parser, Invocation& invocation) {
    auto options = std::make_shared<Options>();
    CLI::App* const command = parser.add_subcommand("init", "Write a new bestow.yaml and enrol yourself");
    command->add_option("directory", options->directory, "Where (default: here); made when it is missing");
    command->add_flag("--nested", options->nested, "Also below another store, which then ends here");
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
