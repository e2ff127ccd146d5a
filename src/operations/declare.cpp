#include "operations/declare.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "policy/source.hpp"

#include <utility>

namespace bestow::operations {
namespace {

std::string policy_text(const OpenStore& store, const std::string& file) {
    std::optional<std::string> text = store.store().try_read_text(file);
    if (!text) {
        throw Error(ErrorKind::NotFound, format("there is no file {}", quoted(file)));
    }
    return std::move(*text);
}

/// The sources of one secret, by value: they outlive the policy that they came from.
std::vector<ValueAddress> addresses_of(const PolicyView& view, const std::string& secret) {
    std::vector<ValueAddress> addresses;
    for (const policy::SecretSource& source : view.sources) {
        if (source.secret->name == secret) {
            addresses.push_back({source.file, source.key});
        }
    }
    return addresses;
}

}  // namespace

std::vector<std::string> add_secret(OpenStore& store, const AddRequest& request) {
    if (store.policy().find_secret(request.secret.name) != nullptr) {
        throw Error(ErrorKind::Policy, format("secret {} is declared already", quoted(request.secret.name)),
                    format("bestow set {} changes its value", request.secret.name));
    }
    std::string text = policy::with_secret(policy_text(store, store::kPolicyFile), request.secret);
    text = request.also ? request.also(text) : std::move(text);
    (void)store.replace_policy({{store::kPolicyFile, text}});
    if (request.check) {
        request.check();
    }
    WorkingFiles files(store, request.confirmation);
    if (request.value) {
        const policy::SecretSource& source = find_source(store.view(), request.secret.name, request.host);
        files.set({source.file, source.key}, *request.value, WorkingFiles::WhenUnencrypted::Refuse);
        files.add_missing_readers(source.file);
    }
    files.replace_text(store::kPolicyFile, std::move(text));
    (void)files.commit();
    return files.warnings();
}

namespace {

/// What an --undeclare takes away with the declaration: a value that was never set is no obstacle.
void unset_if_there(const OpenStore& store, WorkingFiles& files, const ValueAddress& address) {
    if (!store.store().try_read_text(address.file)) {
        return;
    }
    try {
        files.unset(address);
        files.remove_if_empty(address.file);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::NotFound) {
            throw;
        }
    }
}

void undeclare(OpenStore& store, WorkingFiles& files, const std::string& secret) {
    for (const std::string& name : {secret, secret + std::string(policy::kPreviousSuffix)}) {
        const policy::Secret* const declared = store.policy().find_secret(name);
        if (name != secret && (declared == nullptr || declared->previous_of != secret)) {
            continue;
        }
        for (const ValueAddress& address : addresses_of(store.view(), name)) {
            unset_if_there(store, files, address);
        }
    }
    for (const policy::SecretSource& source : store.view().sources) {
        if (source.secret->name == secret && source.secret->generate && source.secret->generate->has_public_half()) {
            files.remove_text(policy::public_file_of(*source.secret, source.variant));
        }
    }
    const std::string file = find_declared(store.policy(), secret).origin.file;
    std::string text = policy::without_secret(policy_text(store, file), secret);
    (void)store.replace_policy({{file, text}});
    files.replace_text(file, std::move(text));
}

}  // namespace

void unset_secret(OpenStore& store, const UnsetRequest& request) {
    WorkingFiles files(store, {});
    if (request.undeclare) {
        if (!request.host.empty()) {
            throw Error(ErrorKind::Usage, "--undeclare is for all hosts", "leave --host out");
        }
        undeclare(store, files, request.secret);
    } else {
        const policy::SecretSource& source = find_source(store.view(), request.secret, request.host);
        files.unset({source.file, source.key});
        files.remove_if_empty(source.file);
    }
    (void)files.commit();
}

}  // namespace bestow::operations
