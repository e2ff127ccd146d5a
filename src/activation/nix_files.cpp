#include "activation/nix_files.hpp"

#include "base/format.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <iterator>

namespace bestow::activation {
namespace {

using delivery::Fault;
using delivery::NixManifest;
using delivery::NixSecret;

constexpr std::size_t kMaxIdentityBytes = std::size_t{1024} * 1024;
constexpr std::size_t kMaxFileBytes = std::size_t{64} * 1024 * 1024;

std::string read_text_file(os::System& system, const std::string& path, const std::string& what) {
    const auto file = system.try_open_file(path);
    if (!file) {
        throw Error(ErrorKind::NotFound, format("{} {}: there is no such file", what, path));
    }
    return system.read_text(file->get(), kMaxFileBytes, path);
}

class IdentityLoader {
  public:
    IdentityLoader(os::System& system, const NixManifest& manifest, const std::string& program)
        : system_(system), manifest_(manifest), program_(program) {}

    NixIdentities run() {
        for (const std::string& path : manifest_.age_ssh_key_paths) {
            add_ssh_key(path);
        }
        if (!manifest_.age_key_file.empty()) {
            add_key_file(manifest_.age_key_file);
        }
        for (const std::string& path : manifest_.ssh_key_paths) {
            add_rsa_key(path);
        }
        return std::move(result_);
    }

  private:
    std::string read(const std::string& path, age::Identities& found) {
        try {
            const auto file = system_.try_open_file(path);
            if (!file) {
                return "there is no such file";
            }
            const SecretBytes content = system_.read_secret(file->get(), kMaxIdentityBytes, path);
            found = age::parse_identities(content.view(), path);
            return found.empty() ? "it holds no private key" : "";
        } catch (const Error& error) {
            return error.full_message();
        }
    }

    void take(age::Identities found) { std::move(found.begin(), found.end(), std::back_inserter(result_.identities)); }

    void add_ssh_key(const std::string& path) {
        age::Identities found;
        const std::string reason = read(path, found);
        if (!reason.empty()) {
            result_.notes.push_back(format("Cannot read ssh key '{}': {}", path, reason));
            return;
        }
        for (const auto& identity : found) {
            const std::string recipient = identity->recipient_text();
            if (manifest_.log_key_import && recipient.starts_with("age1")) {
                result_.notes.push_back(
                    format("{}: Imported {} as age key with fingerprint {}", program_, path, recipient));
            }
        }
        take(std::move(found));
    }

    void add_key_file(const std::string& path) {
        age::Identities found;
        const std::string reason = read(path, found);
        if (!reason.empty()) {
            result_.problems.push_back(
                {"ageKeyFile", ErrorKind::NoIdentity, format("cannot read keyfile '{}': {}", path, reason)});
        }
        take(std::move(found));
    }

    /// For GnuPG there; here they open what is encrypted to such an SSH key.
    void add_rsa_key(const std::string& path) {
        age::Identities found;
        const std::string reason = read(path, found);
        if (!reason.empty()) {
            result_.notes.push_back(format("Cannot read ssh key '{}': {}", path, reason));
        }
        take(std::move(found));
    }

    os::System& system_;
    const NixManifest& manifest_;
    const std::string& program_;
    NixIdentities result_;
};

std::vector<sops::PlainNode> decrypt(const sops::EncryptedFile& document, const age::Identities& identities) {
    const sops::Metadata& metadata = document.metadata();
    if (metadata.age_entries().empty() && !metadata.groups.empty()) {
        throw Error(ErrorKind::NoIdentity, format("it is encrypted with keys of a kind that bestow does not use: {}",
                                                  join(metadata.foreign_kinds(), ", ")));
    }
    const auto data_key = document.data_key(identities);
    if (!data_key) {
        throw Error(ErrorKind::NoIdentity, "no private key here opens it");
    }
    return sops::decrypt_trees(document, data_key->view());
}

delivery::NixOpenedFile open_file(os::System& system, const NixSecret& secret, const age::Identities& identities) {
    try {
        const sops::EncryptedFile document = parse_nix_file(system, secret);
        try {
            return decrypt(document, identities);
        } catch (Error& error) {
            error.add_context(format("failed to decrypt '{}'", secret.sops_file));
            throw;
        }
    } catch (const Error& error) {
        return delivery::fault_of(error);
    } catch (const std::exception& error) {
        return delivery::fault_of_unexpected(error, secret.sops_file);
    }
}

}  // namespace

NixIdentities load_nix_identities(os::System& system, const NixManifest& manifest, const std::string& program) {
    return IdentityLoader(system, manifest, program).run();
}

sops::EncryptedFile parse_nix_file(os::System& system, const NixSecret& secret) {
    std::string text = read_text_file(system, secret.sops_file, "failed reading");
    try {
        return sops::EncryptedFile::parse(std::move(text), secret.format);
    } catch (Error& error) {
        error.add_context(format("cannot parse {} of '{}'", secret.format_name, secret.sops_file));
        throw;
    }
}

std::map<std::string, delivery::NixOpenedFile> open_nix_files(os::System& system, const NixManifest& manifest,
                                                              const age::Identities& identities) {
    std::map<std::string, delivery::NixOpenedFile> files;
    for (const NixSecret& secret : manifest.secrets) {
        if (files.count(secret.sops_file) == 0) {
            files.emplace(secret.sops_file, open_file(system, secret, identities));
        }
    }
    return files;
}

std::vector<std::variant<Fault, std::string>> read_nix_templates(os::System& system, const NixManifest& manifest) {
    std::vector<std::variant<Fault, std::string>> texts;
    for (const delivery::NixTemplate& one : manifest.templates) {
        if (!one.content.empty()) {
            texts.emplace_back(one.content);
            continue;
        }
        try {
            texts.emplace_back(read_text_file(system, one.file, "cannot read"));
        } catch (const Error& error) {
            texts.emplace_back(delivery::fault_of(error));
        }
    }
    return texts;
}

}  // namespace bestow::activation
