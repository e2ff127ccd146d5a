#include "operations/enrol.hpp"

#include "operations/file_report.hpp"
#include "policy/declaring_files.hpp"

#include <algorithm>
#include <utility>

namespace bestow::operations {
namespace {

/// Every file that something was declared in, bestow.yaml first.
std::vector<std::string> policy_files(const policy::Policy& policy) {
    std::set<std::string> files = policy::declaring_files(policy);
    files.erase(store::kPolicyFile);
    std::vector<std::string> result = {store::kPolicyFile};
    result.insert(result.end(), files.begin(), files.end());
    return result;
}

bool names_reader(const policy::Reader& reader, policy::Reader::Kind kind, const std::string& name) {
    return reader.kind == kind && reader.name == name;
}

}  // namespace

EditedStore open_edited_store(os::System& system, const std::string& store_directory, IdentityRequest identity_request,
                              const std::function<std::string(std::string_view)>& edit) {
    PolicyTexts texts;
    OpenStore store(system, store_directory, std::move(identity_request), [&](const store::Store& as_it_is) {
        const std::string old_text = as_it_is.try_read_text(store::kPolicyFile).value_or("");
        std::string new_text = edit(old_text);
        if (new_text != old_text) {
            texts[store::kPolicyFile] = std::move(new_text);
        }
        return texts;
    });
    return {std::move(store), std::move(texts)};
}

PolicyTexts edited_policy_files(const OpenStore& store, const std::function<std::string(std::string_view)>& edit) {
    PolicyTexts texts;
    for (const std::string& file : policy_files(store.policy())) {
        const std::string old_text = store.store().try_read_text(file).value_or("");
        std::string new_text = edit(old_text);
        if (new_text != old_text) {
            texts[file] = std::move(new_text);
        }
    }
    return texts;
}

std::vector<Readable> readable_by(const PolicyView& view, policy::Reader::Kind kind, const std::string& name) {
    std::vector<Readable> result;
    for (const policy::FileAccess& access : view.access) {
        const bool reads = std::any_of(access.readers.begin(), access.readers.end(),
                                       [&](const policy::Reader& reader) { return names_reader(reader, kind, name); });
        if (!reads) {
            continue;
        }
        Readable readable{access.file, {}};
        for (const policy::SecretSource* source : access.sources) {
            readable.secrets.push_back(source->secret->name);
        }
        result.push_back(std::move(readable));
    }
    return result;
}

std::optional<Readable> readable_now(const OpenStore& store, const std::string& file) {
    const policy::FileAccess* const access = store.view().find_file(file);
    const FileReport report =
        report_file(store.store(), access != nullptr ? *access : policy::FileAccess{file, {}, {}});
    if (!report.problem && report.stored.kind == store::StoredFile::Kind::Missing) {
        return std::nullopt;
    }
    Readable readable{file, {}};
    for (const policy::SecretSource* source : report.sources) {
        if (value_state(report, *source) != ValueState::NoValue) {
            readable.secrets.push_back(source->secret->name);
        }
    }
    return readable;
}

std::set<std::string> recipients_of_reader(const PolicyView& view, policy::Reader::Kind kind, const std::string& name) {
    std::vector<policy::Key> keys;
    if (kind == policy::Reader::Kind::Host) {
        const policy::Host* host = view.policy.find_host(name);
        keys = host != nullptr ? host->keys : keys;
    } else {
        const policy::Operator* person = view.policy.find_operator(name);
        keys = person != nullptr ? person->keys : keys;
    }
    std::set<std::string> recipients;
    for (const policy::Key& key : keys) {
        recipients.insert(key.recipient);
        recipients.insert(age::recipient_as_x25519(key.recipient));
    }
    return recipients;
}

}  // namespace bestow::operations
