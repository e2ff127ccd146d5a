#include "operations/sync.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "operations/file_context.hpp"
#include "sops/edit.hpp"
#include "store/atomic_write.hpp"

#include <algorithm>

namespace bestow::operations {
namespace {

std::vector<std::string> files_to_sync(const OpenStore& store, const std::vector<std::string>& only) {
    if (!only.empty()) {
        return only;
    }
    std::vector<std::string> files;
    for (const policy::FileAccess& access : store.view().access) {
        files.push_back(access.file);
    }
    return files;
}

void plan_file(const OpenStore& store, const store::StoredFile& file, SyncPlan& plan) {
    ++plan.files;
    if (file.kind == store::StoredFile::Kind::Age) {
        plan.unproved.push_back(file.name);
        return;
    }
    store::Drift drift = store::find_drift(store.readers_of(file.name), store::require_document(file));
    if (drift.none()) {
        return;
    }
    FileDrift found{file.name, std::move(drift), {}};
    for (const std::string& recipient : found.drift.surplus) {
        found.surplus_names.push_back(store::describe_recipient(store.policy(), recipient));
    }
    plan.drifting.push_back(std::move(found));
}

std::string synced_text(OpenStore& store, const FileDrift& change) {
    const store::StoredFile file = store.store().read_file(change.file);
    const sops::EncryptedFile& document = store::require_document(file);
    const SecretBytes data_key = open_data_key(document, change.file, store.identities());
    const std::vector<std::string> recipients = recipients_of(store.readers_of(change.file));
    // Whoever was removed may still know the old data key.
    return in_file(change.file, [&] {
        return change.drift.surplus.empty() ? sops::replace_recipients(document, data_key.view(), recipients)
                                            : sops::reencrypt(document, data_key.view(), recipients, store.now());
    });
}

}  // namespace

SyncPlan plan_sync(const OpenStore& store, const std::vector<std::string>& only) {
    SyncPlan plan;
    for (const std::string& name : files_to_sync(store, only)) {
        try {
            const store::StoredFile file = store.store().read_file(name);
            if (file.kind != store::StoredFile::Kind::Missing) {
                plan_file(store, file, plan);
            } else if (!only.empty()) {
                (void)store::require_document(file);
            }
        } catch (const Error& error) {
            plan.problems.push_back({name, error});
        }
    }
    return plan;
}

SyncResult apply_sync(OpenStore& store, const SyncPlan& plan, const Confirmation& confirmation,
                      const SyncProgress& progress) {
    std::vector<policy::Reader> added;
    for (const FileDrift& change : plan.drifting) {
        for (const policy::Reader& reader : change.drift.missing) {
            const bool is_listed = std::any_of(added.begin(), added.end(), [&](const policy::Reader& other) {
                return other.recipient == reader.recipient && other.name == reader.name;
            });
            if (!is_listed) {
                added.push_back(reader);
            }
        }
    }
    confirm_readers(store.system(), store.store().path(), added, confirmation);

    SyncResult result{{}, plan.problems};
    store::WriteBatch batch(store.system(), store.store().root());
    for (const FileDrift& change : plan.drifting) {
        std::string text;
        try {
            text = synced_text(store, change);
        } catch (const Error& error) {
            result.problems.push_back({change.file, error});
            continue;
        }
        batch.write(change.file, as_bytes(text));
        result.written.push_back(change.file);
        if (progress) {
            progress(result.written.size(), plan.drifting.size());
        }
    }
    batch.commit();
    return result;
}

}  // namespace bestow::operations
