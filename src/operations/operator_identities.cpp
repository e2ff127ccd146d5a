#include "operations/operator_identities.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "operations/user_folders.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace bestow::operations {
namespace {

constexpr std::size_t kIdentityLimitBytes = std::size_t{1} * 1024 * 1024;

/// Whether somebody named a source, so that its silence would surprise.
enum class Named { Yes, No };

/// Somebody gave the key where its file's name belongs: that is not to be repeated.
bool looks_like_a_key(const std::string& path) {
    return path.find("SECRET-KEY-") != std::string::npos || path.find("secret-key-") != std::string::npos ||
           path.find("-----BEGIN") != std::string::npos || path.find('\n') != std::string::npos;
}

class Loader {
  public:
    explicit Loader(os::System& system) : system_(system) {}

    void add_file(const std::string& path, const std::string& source, Named named) {
        if (looks_like_a_key(path)) {
            result_.warnings.push_back(format("{} takes the name of a file, and was given a private key", source));
            return;
        }
        try {
            const std::optional<os::UniqueFd> file = system_.try_open_file(path);
            if (file) {
                const SecretBytes content = system_.read_secret(file->get(), kIdentityLimitBytes, path);
                add_content(content.view(), path, source);
            } else if (named == Named::Yes) {
                result_.warnings.push_back(format("{}: there is no file {}", source, quoted(path)));
            }
        } catch (const Error& error) {
            complain(source, error, named);
        }
    }

    void add_text(std::string_view text, const std::string& source) {
        try {
            add_content(as_bytes(text), source, source);
        } catch (const Error& error) {
            complain(source, error, Named::Yes);
        }
    }

    void add_command(const std::string& command, const std::string& source) {
        try {
            std::vector<std::string> argv;
            for (const std::string_view word : split(command, ' ')) {
                if (!word.empty()) {
                    argv.emplace_back(word);
                }
            }
            if (!argv.empty()) {
                std::string output = system_.run_for_output(argv, kIdentityLimitBytes);
                add_text(output, source);
                wipe(output);
            }
        } catch (const Error& error) {
            complain(source, error, Named::Yes);
        }
    }

    OperatorIdentities finish() { return std::move(result_); }

  private:
    void add_content(ByteView content, const std::string& name, const std::string& source) {
        age::Identities found = age::parse_identities(content, name);
        std::move(found.begin(), found.end(), std::back_inserter(result_.identities));
        result_.sources.push_back(source);
    }

    void complain(const std::string& source, const Error& error, Named named) {
        auto& list = named == Named::Yes ? result_.warnings : result_.notes;
        list.push_back(format("{}: {}", source, error.full_message()));
    }

    os::System& system_;
    OperatorIdentities result_;
};

void add_variable_file(os::System& system, Loader& loader, const std::string& variable) {
    if (const auto path = system.environment(variable); path && !path->empty()) {
        loader.add_file(*path, variable, Named::Yes);
    }
}

void add_sops_variables(os::System& system, Loader& loader) {
    if (auto keys = system.environment("SOPS_AGE_KEY"); keys && !keys->empty()) {
        loader.add_text(*keys, "SOPS_AGE_KEY");
        wipe(*keys);
    }
    add_variable_file(system, loader, "SOPS_AGE_KEY_FILE");
    add_variable_file(system, loader, "SOPS_AGE_SSH_PRIVATE_KEY_FILE");
    if (const auto command = system.environment("SOPS_AGE_KEY_CMD"); command && !command->empty()) {
        loader.add_command(*command, "SOPS_AGE_KEY_CMD");
    }
}

void add_default_files(os::System& system, Loader& loader) {
    if (!system.environment("HOME")) {
        return;  // a CI job without a home gives its key by option or variable
    }
    const std::string config = config_folder(system);
    const std::string home = home_folder(system);
    for (const std::string& path : {config + "/bestow/identity.txt", config + "/sops/age/keys.txt",
                                    home + "/.ssh/id_ed25519", home + "/.ssh/id_rsa"}) {
        loader.add_file(path, path, Named::No);
    }
}

}  // namespace

OperatorIdentities load_operator_identities(os::System& system, const std::vector<std::string>& identity_files) {
    Loader loader(system);
    for (const std::string& path : identity_files) {
        loader.add_file(path, "--identity", Named::Yes);
    }
    add_variable_file(system, loader, "BESTOW_IDENTITY");
    add_sops_variables(system, loader);
    add_default_files(system, loader);
    return loader.finish();
}

OperatorIdentities load_named_identities(os::System& system, const std::vector<std::string>& identity_files) {
    Loader loader(system);
    for (const std::string& path : identity_files) {
        loader.add_file(path, "--identity", Named::Yes);
    }
    add_variable_file(system, loader, "BESTOW_IDENTITY");
    return loader.finish();
}

Error no_identity_error(const std::string& file_name, const OperatorIdentities& identities) {
    std::vector<std::string> reasons = identities.warnings;
    reasons.insert(reasons.end(), identities.notes.begin(), identities.notes.end());
    if (identities.sources.empty()) {
        reasons.emplace_back("no identity was found; --identity FILE names one, `bestow age keygen` makes one");
    } else {
        reasons.push_back("tried: " + join(identities.sources, ", "));
    }
    return {ErrorKind::NoIdentity, format("no identity here opens {}", quoted(file_name)), join(reasons, "; ")};
}

SecretBytes open_data_key(const sops::EncryptedFile& document, const std::string& file_name,
                          const OperatorIdentities& identities) {
    std::optional<SecretBytes> key = document.data_key(identities.identities);
    if (!key) {
        throw no_identity_error(file_name, identities);
    }
    return std::move(*key);
}

}  // namespace bestow::operations
