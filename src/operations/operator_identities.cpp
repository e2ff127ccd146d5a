#include "operations/operator_identities.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "operations/key_command.hpp"
#include "operations/shell_words.hpp"
#include "operations/user_folders.hpp"
#include "ssh/private_key.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <set>
#include <utility>

namespace bestow::operations {
namespace {

constexpr std::size_t kIdentityLimitBytes = std::size_t{1} * 1024 * 1024;

constexpr const char* kAgentHint =
    "the SSH agent (SSH_AUTH_SOCK) signs only and cannot decrypt: the key's file is needed";

/// Whether somebody named a source, so that its silence would surprise.
enum class Named { Yes, No };

/// Somebody gave the key where its file's name belongs: that is not to be repeated.
bool looks_like_a_key(const std::string& path) {
    return path.find("SECRET-KEY-") != std::string::npos || path.find("secret-key-") != std::string::npos ||
           path.find("-----BEGIN") != std::string::npos || path.find('\n') != std::string::npos;
}

/// Only the first bytes: a protected key that does not show its public half.
bool hides_public_half(ByteView content) {
    try {
        return ssh::looks_like_private_key(content) && !ssh::inspect_private_key(content).public_key;
    } catch (const Error&) {
        return false;  // reading it in earnest will say why
    }
}

/// SOPS_AGE_KEY may have several identities on one line.
SecretBytes one_identity_a_line(ByteView text) {
    SecretBytes lines = SecretBytes::copy_of(text);
    if (!ssh::looks_like_private_key(text) && !age::looks_like_age_file(text)) {
        bool in_comment = false;
        char before = '\n';
        for (Byte& byte : lines.writable()) {
            const char character = static_cast<char>(byte);
            in_comment = character != '\n' && (in_comment || (character == '#' && before == '\n'));
            if (!in_comment && (character == ' ' || character == '\t')) {
                byte = static_cast<Byte>('\n');
            }
            before = static_cast<char>(byte);
        }
    }
    return lines;
}

class Loader {
  public:
    Loader(os::System& system, const IdentityRequest& request) : system_(system), request_(request) {}

    void add_file(const std::string& path, const std::string& source, Named named) {
        if (looks_like_a_key(path)) {
            result_.warnings.push_back(format("{} takes the name of a file, and was given a private key", source));
            return;
        }
        try {
            const std::optional<os::UniqueFd> file = system_.try_open_file(path);
            if (file && !is_new(file->get())) {
                return;
            }
            if (file) {
                const SecretBytes content = system_.read_secret(file->get(), kIdentityLimitBytes, path);
                add(parse_identity_file(system_, content.view(), path, request_), source);
            } else if (named == Named::Yes) {
                result_.warnings.push_back(format("{}: there is no file {}", source, quoted(path)));
            }
        } catch (const Error& error) {
            complain(source, error, named);
        }
    }

    void add_files_of_options() {
        for (const std::string& path : request_.files) {
            add_file(path, "--identity", Named::Yes);
        }
    }

    /// A variable that names a file.
    void add_file_of(const std::string& variable) {
        if (const auto path = value_of(variable)) {
            add_file(*path, variable, Named::Yes);
        }
    }

    /// A variable that holds identities.
    void add_text_of(const std::string& variable) {
        if (auto text = value_of(variable)) {
            try {
                const SecretBytes lines = one_identity_a_line(as_bytes(*text));
                add(age::parse_identities(lines.view(), variable, unlocking()), variable);
            } catch (const Error& error) {
                complain(variable, error, Named::Yes);
            }
            wipe(*text);
        }
    }

    /// A variable that holds a command, whose output are identities.
    void add_command_of(const std::string& variable) {
        const auto command = value_of(variable);
        if (!command) {
            return;
        }
        try {
            std::vector<std::string> argv = split_shell_words(*command);
            if (argv.empty()) {
                return;
            }
            auto fetch = [command = std::make_shared<KeyCommand>(system_, std::move(argv), variable),
                          unlocking = unlocking()](const std::string& recipient) {
                return command->run(recipient, unlocking);
            };
            age::Identities identities;
            if (request_.at_once) {
                identities = fetch({});
            } else {
                identities.push_back(age::fetched_identity(std::move(fetch)));
            }
            add(std::move(identities), variable);
        } catch (const Error& error) {
            complain(variable, error, Named::Yes);
        }
    }

    void add_default_file(const std::string& path) { add_file(path, path, Named::No); }

    OperatorIdentities finish() {
        result_.has_agent = has_agent(system_);
        return std::move(result_);
    }

  private:
    [[nodiscard]] std::optional<std::string> value_of(const std::string& variable) const {
        std::optional<std::string> value = system_.environment(variable);
        return value && !value->empty() ? value : std::nullopt;
    }

    /// Nobody is to be asked twice for a key that an option and a default place name.
    bool is_new(int file) {
        const os::FileStatus status = system_.status(file);
        return files_.emplace(status.device, status.inode).second;
    }

    [[nodiscard]] age::Unlocking unlocking() const { return {request_.ask, {}, request_.at_once}; }

    void add(age::Identities found, const std::string& source) {
        std::move(found.begin(), found.end(), std::back_inserter(result_.identities));
        result_.sources.push_back(source);
    }

    void complain(const std::string& source, const Error& error, Named named) {
        auto& list = named == Named::Yes ? result_.warnings : result_.notes;
        list.push_back(format("{}: {}", source, error.full_message()));
    }

    os::System& system_;
    const IdentityRequest& request_;
    OperatorIdentities result_;
    std::set<std::pair<std::uint64_t, std::uint64_t>> files_;  ///< device and inode
};

/// A CI job without a home gives its key by option or variable.
bool has_home(os::System& system) {
    return system.environment("HOME").has_value();
}

void add_ssh_keys(os::System& system, Loader& loader) {
    if (has_home(system)) {
        loader.add_default_file(home_folder(system) + "/.ssh/id_ed25519");
        loader.add_default_file(home_folder(system) + "/.ssh/id_rsa");
    }
}

void add_configured_file(os::System& system, Loader& loader, const std::string& name) {
    if (has_home(system)) {
        loader.add_default_file(config_folder(system) + name);
    }
}

}  // namespace

OperatorIdentities load_operator_identities(os::System& system, const IdentityRequest& request) {
    Loader loader(system, request);
    loader.add_files_of_options();
    loader.add_file_of("BESTOW_IDENTITY");
    loader.add_text_of("SOPS_AGE_KEY");
    loader.add_file_of("SOPS_AGE_KEY_FILE");
    loader.add_file_of("SOPS_AGE_SSH_PRIVATE_KEY_FILE");
    loader.add_command_of("SOPS_AGE_KEY_CMD");
    loader.add_command_of("SOPS_AGE_SSH_PRIVATE_KEY_CMD");
    add_configured_file(system, loader, "/bestow/identity.txt");
    add_configured_file(system, loader, "/sops/age/keys.txt");
    add_ssh_keys(system, loader);
    return loader.finish();
}

OperatorIdentities load_named_identities(os::System& system, const IdentityRequest& request) {
    Loader loader(system, request);
    loader.add_files_of_options();
    loader.add_file_of("BESTOW_IDENTITY");
    return loader.finish();
}

OperatorIdentities load_sops_identities(os::System& system, const IdentityRequest& request) {
    Loader loader(system, request);
    loader.add_file_of("SOPS_AGE_SSH_PRIVATE_KEY_FILE");
    loader.add_command_of("SOPS_AGE_SSH_PRIVATE_KEY_CMD");
    add_ssh_keys(system, loader);
    loader.add_text_of("SOPS_AGE_KEY");
    loader.add_file_of("SOPS_AGE_KEY_FILE");
    loader.add_command_of("SOPS_AGE_KEY_CMD");
    add_configured_file(system, loader, "/sops/age/keys.txt");
    return loader.finish();
}

age::Identities parse_identity_file(os::System& system, ByteView content, const std::string& path,
                                    const IdentityRequest& request) {
    age::Unlocking unlocking{request.ask, {}, request.at_once};
    if (request.ask && hides_public_half(content)) {
        const std::string beside = path + ".pub";
        if (const auto file = system.try_open_file(beside)) {
            unlocking.public_key = system.read_text(file->get(), kIdentityLimitBytes, beside);
        }
    }
    return age::parse_identities(content, path, unlocking);
}

bool has_agent(os::System& system) {
    return !system.environment("SSH_AUTH_SOCK").value_or("").empty();
}

void tell_of_agent(Error& error, bool has_agent) {
    if (error.kind() == ErrorKind::NoIdentity && has_agent) {
        error.set_hint(error.hint() + (error.hint().empty() ? "" : "; ") + kAgentHint);
    }
}

Error no_identity_error(const std::string& file_name, const OperatorIdentities& identities) {
    std::vector<std::string> reasons = identities.warnings;
    reasons.insert(reasons.end(), identities.notes.begin(), identities.notes.end());
    if (identities.sources.empty()) {
        reasons.emplace_back("no identity was found; --identity FILE names one");
    } else {
        reasons.push_back("tried: " + join(identities.sources, ", "));
    }
    Error error(ErrorKind::NoIdentity, format("no identity here opens {}", quoted(file_name)), join(reasons, "; "));
    tell_of_agent(error, identities.has_agent);
    return error;
}

SecretBytes expect_opened(const std::string& file_name, const OperatorIdentities& identities,
                          const std::function<std::optional<SecretBytes>()>& open) {
    std::optional<SecretBytes> opened;
    try {
        opened = open();
    } catch (Error& error) {
        tell_of_agent(error, identities.has_agent);
        throw;
    }
    if (!opened) {
        throw no_identity_error(file_name, identities);
    }
    return std::move(*opened);
}

SecretBytes open_data_key(const sops::EncryptedFile& document, const std::string& file_name,
                          const OperatorIdentities& identities) {
    return expect_opened(file_name, identities, [&] { return document.data_key(identities.identities); });
}

}  // namespace bestow::operations
