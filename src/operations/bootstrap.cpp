#include "operations/bootstrap.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "history/repository.hpp"
#include "operations/bundle.hpp"
#include "operations/file_context.hpp"
#include "operations/provenance.hpp"
#include "operations/read_value.hpp"
#include "operations/typed_value.hpp"
#include "policy/host_settings.hpp"
#include "ssh/generate_key.hpp"
#include "ssh/private_key.hpp"
#include "store/atomic_write.hpp"

#include <algorithm>

namespace bestow::operations {
namespace {

constexpr const char* kKeyFile = "etc/ssh/ssh_host_ed25519_key";
constexpr const char* kSettingsFile = "etc/bestow/host.yaml";
constexpr const char* kStoreFolder = "var/lib/bestow/store";
constexpr unsigned kPrivate = 0600;
constexpr unsigned kPublic = 0644;

/// The key that the store keeps, if it is that host's and nobody but operators may read it.
SecretBytes kept_key(OpenStore& store, const policy::Host& host) {
    const std::string name = host_key_secret_name(host.name);
    if (store.policy().find_secret(name) == nullptr) {
        throw Error(ErrorKind::NotFound, format("the store keeps no private key of host {}", quoted(host.name)),
                    "only `bestow host add --generate` makes one; other hosts have their key already");
    }
    const policy::SecretSource& source = find_source(store.view(), name, "");
    if (!source.hosts.empty()) {
        throw Error(ErrorKind::Policy,
                    format("{} is delivered to host {}", quoted(name), quoted(source.hosts[0]->name)),
                    "a host's private key is for operators alone: take its `to:` and its placeholders away");
    }
    return read_value(store, {source.file, source.key}, std::nullopt);
}

policy::NewSecret kept_secret(const std::string& host) {
    policy::NewSecret secret;
    secret.name = host_key_secret_name(host);
    secret.file = format("secrets/host-keys/{}.key", host);
    secret.key = document::KeyPath();
    return secret;
}

std::string public_line(const ssh::PublicKey& key, const std::string& host) {
    return format("{} root@{}\n", key.text(), host);
}

void check_is_hosts(const ssh::PublicKey& key, const policy::Host& host) {
    const std::string text = key.text();
    if (std::none_of(host.keys.begin(), host.keys.end(),
                     [&](const policy::Key& declared) { return declared.recipient == text; })) {
        throw Error(ErrorKind::Policy, format("the key that the store keeps is none of host {}'s", quoted(host.name)),
                    "bestow.yaml was given another one since");
    }
}

void check_place(os::System& system, const BootstrapRequest& request, int directory) {
    if (history::find_work_tree(system, system.real_path(request.directory))) {
        throw Error(ErrorKind::Failed, format("{} lies in a git work tree", quoted(request.directory)),
                    "a private key in plaintext is written there: choose a place that nobody commits");
    }
    const auto there = system.try_status(directory, kKeyFile);
    if (there && !request.force) {
        throw Error(ErrorKind::Failed, format("{}/{} is there already", request.directory, kKeyFile),
                    "--force replaces it");
    }
    if (there) {
        system.remove_file(directory, kKeyFile);  // and its mode with it
    }
}

void make_folders(os::System& system, const std::string& directory, std::string_view path) {
    for (std::size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
        make_output_directory(system, format("{}/{}", directory, path.substr(0, slash)));
    }
}

}  // namespace

std::string host_key_secret_name(const std::string& host) {
    return std::string(kHostKeyPrefix) + host;
}

bool keeps_host_key(const OpenStore& store, const std::string& host) {
    return store.policy().find_host(host) != nullptr &&
           store.policy().find_secret(host_key_secret_name(host)) != nullptr;
}

std::vector<std::string> add_host_with_key(OpenStore& store, policy::NewHost& host, const Confirmation& confirmation,
                                           const std::function<void()>& check) {
    const std::string name = host_key_secret_name(host.name);
    if (store.policy().find_host(host.name) == nullptr && store.policy().find_secret(name) != nullptr) {
        throw Error(ErrorKind::Policy,
                    format("the store keeps a private key of host {} already, as {}", quoted(host.name), quoted(name)),
                    format("bestow unset --undeclare {} forgets it; --key gives the host the public half of it", name));
    }
    NewHostKey key = make_host_key(host.name);
    host.keys.push_back(key.public_line);
    AddRequest request;
    request.secret = kept_secret(host.name);
    request.value = make_typed_value(std::move(key.file), sops::ValueType::String);
    request.confirmation = confirmation;
    request.check = check;
    request.also = [&host](std::string_view text) { return policy::with_host(text, host); };
    return add_secret(store, request);
}

NewHostKey make_host_key(const std::string& host) {
    ssh::GeneratedKey key = ssh::generate_ed25519_key("root@" + host);
    return {format("{} root@{}", key.public_key.text(), host), std::move(key.file)};
}

void keep_host_key(OpenStore& store, const std::string& host, const SecretBytes& file, ReaderChange& change) {
    const std::string name = host_key_secret_name(host);
    PolicyTexts& texts = change.policy.first;
    if (store.policy().find_secret(name) == nullptr) {
        const auto [main, is_new] = texts.try_emplace(store::kPolicyFile);
        if (is_new) {
            main->second = store.store().try_read_text(store::kPolicyFile).value_or("");
        }
        main->second = policy::with_secret(main->second, kept_secret(host));
        (void)store.replace_policy(texts);
    }
    const policy::SecretSource& source = find_source(store.view(), name, "");
    if (!source.hosts.empty() || !source.key.empty()) {
        throw Error(ErrorKind::Policy, format("{} is not declared as a key that is kept", quoted(name)),
                    "a host's private key is a whole document, for operators alone");
    }
    change.keepers = store.readers_of(source.file);
    texts[source.file] = in_file(source.file, [&] {
        return sops::encrypt_document(file.view(), sops::format_of(source.file), store.encrypt_options(source.file))
            .text;
    });
}

std::vector<std::string> bootstrap_host(OpenStore& store, const BootstrapRequest& request) {
    os::System& system = store.system();
    const policy::Host& host = find_declared_host(store.policy(), request.host);
    if (request.settings) {
        in_file(request.settings_name, [&] { return policy::parse_host_settings(*request.settings); });
    }
    DueDates due_dates(store.store());
    Bundle bundle = make_bundle(store, host, due_dates);
    std::vector<std::string> files;
    for (const auto& [name, bytes] : bundle.files) {
        files.push_back(name);
    }
    const ProvenanceAnswer answer = ask_git(store, files);
    set_provenance(bundle, answer.provenance);
    const SecretBytes key = kept_key(store, host);
    const ssh::PublicKey public_key = ssh::parse_private_key(key.view()).public_key;
    check_is_hosts(public_key, host);

    make_output_directory(system, request.directory);
    const os::UniqueFd directory = system.open_directory(request.directory);
    check_place(system, request, directory.get());
    make_folders(system, request.directory, kStoreFolder);
    (void)write_bundle(system, bundle, format("{}/{}", request.directory, kStoreFolder));
    store::WriteBatch batch(system, directory.get());
    if (request.settings) {
        batch.write(kSettingsFile, as_bytes(*request.settings), kPublic);
    }
    batch.write(format("{}.pub", kKeyFile), as_bytes(public_line(public_key, host.name)), kPublic);
    batch.write(kKeyFile, key.view(), kPrivate);
    batch.commit();
    return answer.warning.empty() ? std::vector<std::string>() : std::vector<std::string>{answer.warning};
}

}  // namespace bestow::operations
