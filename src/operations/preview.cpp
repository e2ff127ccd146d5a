#include "operations/preview.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "delivery/render.hpp"
#include "operations/file_context.hpp"
#include "operations/read_value.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace bestow::operations {
namespace {

constexpr std::string_view kPreviewSalt = "bestow preview: not the salt that any host uses";

const delivery::ManifestTemplate& find_template(const policy::Policy& policy, const delivery::Manifest& manifest,
                                                const std::string& name) {
    const auto found = std::find_if(manifest.templates.begin(), manifest.templates.end(),
                                    [&](const delivery::ManifestTemplate& one) { return one.name == name; });
    if (found != manifest.templates.end()) {
        return *found;
    }
    if (policy.find_template(name) != nullptr) {
        throw Error(ErrorKind::NotFound, format("template {} is not for host {}", quoted(name), quoted(manifest.host)));
    }
    std::vector<std::string> names;
    for (const policy::Template& declared : policy.templates) {
        names.push_back(declared.name);
    }
    throw Error(ErrorKind::NotFound, format("no template {} is declared{}", quoted(name), did_you_mean(name, names)));
}

/// The values of a host's secrets, each file decrypted once and only when a value of it is asked for.
class HostValues {
  public:
    HostValues(OpenStore& store, const delivery::Manifest& manifest) : store_(store), manifest_(manifest) {}

    const SecretBytes* find(const std::string& name) {
        if (const auto known = values_.find(name); known != values_.end()) {
            return &known->second;
        }
        for (const delivery::ManifestSecret& secret : manifest_.secrets) {
            if (secret.name == name) {
                return read_unless_absent(secret);
            }
        }
        return nullptr;
    }

  private:
    const SecretBytes* read_unless_absent(const delivery::ManifestSecret& secret) {
        try {
            return &values_.emplace(secret.name, read(secret)).first->second;
        } catch (const Error& error) {
            if (secret.optional && error.kind() == ErrorKind::NotFound) {
                return nullptr;
            }
            throw;
        }
    }

    SecretBytes read(const delivery::ManifestSecret& secret) {
        if (secret.key.empty()) {
            return read_value(store_, {secret.file, secret.key}, secret.as);
        }
        auto known = documents_.find(secret.file);
        if (known == documents_.end()) {
            const store::StoredFile file = store_.store().read_file(secret.file);
            const sops::EncryptedFile& document = store::require_document(file);
            const SecretBytes data_key = open_data_key(document, secret.file, store_.identities());
            std::vector<sops::Value> values =
                in_file(secret.file, [&] { return document.decrypt_values(data_key.view()); });
            known = documents_.emplace(secret.file, std::move(values)).first;
        }
        return in_file(secret.file, [&] { return sops::render_values(known->second, secret.key, secret.as); });
    }

    OpenStore& store_;
    const delivery::Manifest& manifest_;
    std::map<std::string, std::vector<sops::Value>> documents_;
    std::map<std::string, SecretBytes> values_;
};

bool has_password_hash(const delivery::ManifestTemplate& rendered) {
    static const std::set<std::string> hashes = {"sha512crypt", "yescrypt", "bcrypt"};
    return std::any_of(rendered.pieces.begin(), rendered.pieces.end(), [](const policy::TemplatePiece& piece) {
        const auto* const placeholder = std::get_if<policy::Placeholder>(&piece);
        return placeholder != nullptr &&
               std::any_of(placeholder->filters.begin(), placeholder->filters.end(),
                           [](const policy::Filter& filter) { return hashes.contains(filter.name); });
    });
}

}  // namespace

Preview preview_template(OpenStore& store, const std::string& template_name, const std::string& host_name) {
    const policy::Host& host = find_declared_host(store.policy(), host_name);
    const delivery::Manifest manifest = delivery::manifest_for(store.policy(), host);
    const delivery::ManifestTemplate& rendered = find_template(store.policy(), manifest, template_name);
    HostValues values(store, manifest);
    return {delivery::render(
                rendered, manifest, [&](const std::string& name) { return values.find(name); }, as_bytes(kPreviewSalt)),
            has_password_hash(rendered)};
}

}  // namespace bestow::operations
