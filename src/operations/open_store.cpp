#include "operations/open_store.hpp"

#include "base/format.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <utility>

namespace bestow::operations {
namespace {

store::Store open_for(os::System& system, const std::string& directory, OpenStore::Purpose purpose) {
    store::Store opened = store::Store::open(system, directory);
    if (purpose == OpenStore::Purpose::Writing) {
        opened.lock();
    }
    return opened;
}

}  // namespace

PolicyView::PolicyView(policy::Policy parsed, const std::string& today)
    : policy(std::move(parsed)),
      sources(policy::secret_sources(policy)),
      access(policy::file_access(policy, sources, today)) {}

const policy::FileAccess* PolicyView::find_file(const std::string& file) const {
    const auto found = std::find_if(access.begin(), access.end(),
                                    [&](const policy::FileAccess& candidate) { return candidate.file == file; });
    return found != access.end() ? &*found : nullptr;
}

OpenStore::OpenStore(os::System& system, const std::string& store_directory, IdentityRequest identity_request,
                     Purpose purpose)
    : store_(open_for(system, store_directory, purpose)),
      identity_request_(std::move(identity_request)),
      view_(std::make_unique<PolicyView>(store_.policy_with({}, &policy_files_), today())) {}

OpenStore::OpenStore(os::System& system, const std::string& store_directory, IdentityRequest identity_request,
                     const PolicyEdit& edit)
    : store_(open_for(system, store_directory, Purpose::Writing)),
      identity_request_(std::move(identity_request)),
      view_(std::make_unique<PolicyView>(store_.policy_with(edit(store_), &policy_files_), today())) {}

OpenStore::OpenStore(os::System& system, FilePolicy file_policy, IdentityRequest identity_request, Purpose purpose)
    : store_(store::Store::at(system, file_policy.folder)),
      file_policy_(std::move(file_policy)),
      identity_request_(std::move(identity_request)),
      view_(std::make_unique<PolicyView>(policy::Policy{}, today())) {
    if (purpose == Purpose::Writing) {
        store_.lock();
    }
}

std::string OpenStore::today() const {
    return os::utc_date(store_.system().now());
}

std::string OpenStore::now() const {
    return os::utc_timestamp(store_.system().now());
}

const OperatorIdentities& OpenStore::identities() {
    if (!identities_) {
        identities_ = load_operator_identities(store_.system(), identity_request_);
    }
    return *identities_;
}

std::vector<policy::Reader> OpenStore::readers_of(const std::string& file) const {
    if (file_policy_) {
        if (file_policy_->rule != nullptr) {
            return file_policy_->readers();
        }
        const store::StoredFile stored = store_.read_file(file);
        return stored.document ? readers_of_recipients(stored.document->recipients()) : std::vector<policy::Reader>();
    }
    const policy::FileAccess* const access = view_->find_file(file);
    return access != nullptr ? access->readers : policy::operator_readers(view_->policy, file, today());
}

sops::EncryptOptions OpenStore::encrypt_options(const std::string& file) const {
    if (file_policy_) {
        return file_policy_->encrypt_options(now());
    }
    sops::EncryptOptions options;
    options.recipients = recipients_of(readers_of(file));
    options.now = now();
    if (options.recipients.empty()) {
        throw Error(ErrorKind::Policy, format("nobody may read {}", quoted(file)));
    }
    return options;
}

std::unique_ptr<PolicyView> OpenStore::replace_policy(const std::map<std::string, std::string>& replaced_texts) {
    auto next = std::make_unique<PolicyView>(store_.policy_with(replaced_texts), today());
    return std::exchange(view_, std::move(next));
}

void OpenStore::lock_and_reload() {
    store_.lock();
    if (!file_policy_) {
        policy_files_ = {};
        view_ = std::make_unique<PolicyView>(store_.policy_with({}, &policy_files_), today());
    }
}

namespace {

/// Where nothing has a name like it, `hint` says what to do.
const policy::Secret& declared_or_hint(const policy::Policy& policy, const std::string& secret,
                                       const std::string& hint) {
    const policy::Secret* const found = policy.find_secret(secret);
    if (found != nullptr) {
        return *found;
    }
    std::vector<std::string> names;
    for (const policy::Secret& declared : policy.secrets) {
        names.push_back(declared.name);
    }
    const std::string nearest = did_you_mean(secret, names);
    throw Error(ErrorKind::NotFound, format("no secret {} is declared{}", quoted(secret), nearest),
                nearest.empty() ? hint : "");
}

}  // namespace

const policy::Secret& find_declared(const policy::Policy& policy, const std::string& secret) {
    return declared_or_hint(policy, secret, "bestow list says which there are");
}

const policy::Host& find_declared_host(const policy::Policy& policy, const std::string& host) {
    const policy::Host* const found = policy.find_host(host);
    if (found != nullptr) {
        return *found;
    }
    std::vector<std::string> names;
    for (const policy::Host& declared : policy.hosts) {
        names.push_back(declared.name);
    }
    throw Error(ErrorKind::NotFound, format("no host {} is declared{}", quoted(host), did_you_mean(host, names)));
}

const policy::SecretSource& find_source(const PolicyView& view, const std::string& secret, const std::string& host) {
    (void)declared_or_hint(view.policy, secret, format("bestow add {} --to HOST declares it", secret));
    if (!host.empty()) {
        (void)find_declared_host(view.policy, host);
        const policy::SecretSource* const source = policy::source_for(view.sources, secret, host);
        if (source == nullptr) {
            throw Error(ErrorKind::NotFound, format("secret {} is not for host {}", quoted(secret), quoted(host)));
        }
        return *source;
    }
    std::vector<const policy::SecretSource*> found;
    std::vector<std::string> variants;
    for (const policy::SecretSource& source : view.sources) {
        if (source.secret->name == secret) {
            found.push_back(&source);
            variants.push_back(source.variant);
        }
    }
    if (found.empty()) {
        throw Error(ErrorKind::Policy, format("secret {} reaches no host, so it has no file", quoted(secret)),
                    "give it hosts with `to:`");
    }
    if (found.size() > 1) {
        throw Error(ErrorKind::Usage,
                    format("secret {} has several values, for {}", quoted(secret), join(variants, ", ")),
                    "--host HOST says which");
    }
    return *found.front();
}

std::vector<std::string> recipients_of(const std::vector<policy::Reader>& readers) {
    std::vector<std::string> recipients;
    recipients.reserve(readers.size());
    for (const policy::Reader& reader : readers) {
        recipients.push_back(reader.recipient);
    }
    return recipients;
}

}  // namespace bestow::operations
