#include "operations/sync.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "operations/file_context.hpp"
#include "operations/own_keys.hpp"
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
    FileDrift found{file.name, std::move(drift), {}, false};
    found.needs_new_data_key = !found.drift.surplus.empty();
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
        return change.needs_new_data_key ? sops::reencrypt(document, data_key.view(), recipients)
                                         : sops::replace_recipients(document, data_key.view(), recipients);
    });
}

/// Those who get the data key of a file now; of a new data key that is everybody, since a reader may have been in the
/// file whom this operator never saw.
std::vector<policy::Reader> readers_to_confirm(const OpenStore& store, const SyncPlan& plan) {
    std::vector<policy::Reader> readers;
    for (const FileDrift& change : plan.drifting) {
        for (policy::Reader& reader :
             change.needs_new_data_key ? store.readers_of(change.file) : std::vector(change.drift.missing)) {
            const bool is_listed = std::any_of(readers.begin(), readers.end(), [&](const policy::Reader& other) {
                return other.recipient == reader.recipient && other.name == reader.name && other.kind == reader.kind;
            });
            if (!is_listed) {
                readers.push_back(std::move(reader));
            }
        }
    }
    return readers;
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
    confirm_readers(store, readers_to_confirm(store, plan), confirmation);

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
