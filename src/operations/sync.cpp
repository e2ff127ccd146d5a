#include "operations/sync.hpp"

#include "base/format.hpp"
#include "base/parallel.hpp"
#include "base/text.hpp"
#include "operations/file_context.hpp"
#include "operations/own_keys.hpp"
#include "operations/unchanged.hpp"
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

/// The file as the plan saw it; somebody may have written it while the caller was asked.
const sops::EncryptedFile& planned_document(const OpenStore& store, const FileDrift& change) {
    const sops::EncryptedFile& document = store::require_document(*change.stored);
    expect_unchanged(store, change.file, document.text());
    return document;
}

/// Where the data key is in shares, everybody stays in his group.
std::string with_new_shares(const sops::EncryptedFile& document, const SecretBytes& data_key) {
    const sops::Metadata& metadata = document.metadata();
    return sops::reencrypt_groups(document, data_key.view(), {document.recipient_groups(), metadata.shamir_threshold},
                                  metadata.last_modified);
}

std::string synced_text(const FileDrift& change, const SecretBytes& data_key) {
    const sops::EncryptedFile& document = store::require_document(*change.stored);
    const std::vector<std::string> recipients = recipients_of(change.readers);
    return in_file(change.file, [&] {
        if (change.drift.none() && document.metadata().has_key_groups) {
            return with_new_shares(document, data_key);
        }
        // Whoever was removed may still know the old data key.
        return change.needs_new_data_key ? sops::reencrypt(document, data_key.view(), recipients)
                                         : sops::replace_recipients(document, data_key.view(), recipients);
    });
}

/// One file on its way: its data key is opened, its new text made, and that written.
struct Syncing {
    const FileDrift* change = nullptr;
    SecretBytes data_key = {};
    std::string text = {};
    std::optional<Error> error = std::nullopt;

    template <typename Action>
    void try_to(Action action) {
        if (error) {
            return;
        }
        try {
            action();
        } catch (const Error& caught) {
            error = caught;
        }
    }
};

/// Their texts are in memory at once.
constexpr std::size_t kFilesAtOnce = 128;

/// Those who get the data key of a file now; of a new data key that is everybody, since a reader may have been in the
/// file whom this operator never saw.
std::vector<policy::Reader> readers_to_confirm(const SyncPlan& plan) {
    std::vector<policy::Reader> readers;
    for (const FileDrift& change : plan.drifting) {
        for (policy::Reader& reader :
             change.needs_new_data_key ? std::vector(change.readers) : std::vector(change.drift.missing)) {
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

/// One batch: files and policy in the order that leaves nobody without what he may read, wherever it stops.
class Writer {
  public:
    Writer(OpenStore& store, const SyncPlan& plan, const SyncProgress& progress)
        : store_(store),
          plan_(plan),
          progress_(progress),
          batch_(store.system(), store.store().root()),
          result_{{}, plan.problems, false} {}

    void write_files(bool undeclared) {
        std::vector<Syncing> files;
        for (const FileDrift& change : plan_.drifting) {
            if (change.is_undeclared == undeclared) {
                files.push_back({&change});
            }
            if (files.size() == kFilesAtOnce) {
                write_some(files);
            }
        }
        write_some(files);
    }

    void write_policy(const PolicyTexts& texts) {
        batch_.barrier();
        for (const auto& [file, text] : texts) {
            batch_.write(file, as_bytes(text));
        }
        batch_.barrier();
    }

    /// Who goes is forgotten last: a file that still lets him in and cannot be mended would be known by nobody.
    void write_losses(const PolicyWrites& policy) {
        result_.policy_held_back = !policy.last.empty() && std::any_of(result_.problems.begin(), result_.problems.end(),
                                                                       [&](const FileProblem& problem) {
                                                                           return may_let_in(problem.file, policy.lost);
                                                                       });
        if (!result_.policy_held_back) {
            write_policy(policy.last);
        }
    }

    SyncResult commit() {
        expect_policy_unchanged(store_);  // identities may have asked until now
        batch_.commit();
        store_.note_written();
        return std::move(result_);
    }

  private:
    [[nodiscard]] bool may_let_in(const std::string& file, const std::set<std::string>& recipients) const {
        try {
            const std::optional<std::string> text = store_.store().try_read_text(file);
            return text && std::any_of(recipients.begin(), recipients.end(), [&](const std::string& recipient) {
                       return text->find(recipient) != std::string::npos;
                   });
        } catch (const Error&) {
            return true;
        }
    }

    /// Identities may ask and files are written in order; what lies between is most of the work.
    void write_some(std::vector<Syncing>& files) {
        for (Syncing& file : files) {
            file.try_to([&] {
                const sops::EncryptedFile& document = planned_document(store_, *file.change);
                file.data_key = open_data_key(document, file.change->file, store_.identities());
            });
        }
        in_parallel(files.size(), [&](std::size_t number) {
            Syncing& file = files[number];
            file.try_to([&] { file.text = synced_text(*file.change, file.data_key); });
        });
        for (const Syncing& file : files) {
            write_file(file);
        }
        files.clear();
    }

    void write_file(const Syncing& file) {
        if (file.error) {
            result_.problems.push_back({file.change->file, *file.error});
            return;
        }
        batch_.write(file.change->file, as_bytes(file.text));
        result_.written.push_back(file.change->file);
        if (progress_) {
            progress_(result_.written.size(), plan_.drifting.size());
        }
    }

    OpenStore& store_;
    const SyncPlan& plan_;
    const SyncProgress& progress_;
    store::WriteBatch batch_;
    SyncResult result_;
};

}  // namespace

bool plan_file(const OpenStore& store, const std::string& name, SyncPlan& plan, bool even_without_drift) {
    auto file = std::make_shared<const store::StoredFile>(store.store().read_file(name));
    if (file->kind == store::StoredFile::Kind::Missing) {
        return false;
    }
    ++plan.files;
    if (file->kind == store::StoredFile::Kind::Age) {
        plan.unproved.push_back(name);
        return true;
    }
    std::vector<policy::Reader> readers = store.readers_of(name);
    store::Drift drift = store::find_drift(readers, store::require_document(*file));
    if (drift.none() && !even_without_drift) {
        return true;
    }
    FileDrift found{name, std::move(drift), {}, false, std::move(readers), std::move(file)};
    found.needs_new_data_key = !found.drift.surplus.empty();
    for (const std::string& recipient : found.drift.surplus) {
        found.surplus_names.push_back(store::describe_recipient(store.policy(), recipient));
    }
    plan.drifting.push_back(std::move(found));
    return true;
}

SyncPlan plan_sync(const OpenStore& store, const std::vector<std::string>& only) {
    SyncPlan plan;
    for (const std::string& name : files_to_sync(store, only)) {
        try {
            if (!plan_file(store, name, plan) && !only.empty()) {
                throw Error(ErrorKind::NotFound, format("there is no file {}", quoted(name)));
            }
        } catch (const Error& error) {
            plan.problems.push_back({name, error});
        }
    }
    return plan;
}

SyncResult apply_sync(OpenStore& store, const SyncPlan& plan, const Confirmation& confirmation,
                      const SyncProgress& progress, const PolicyWrites& policy) {
    confirm_readers(store, readers_to_confirm(plan), confirmation);
    Writer writer(store, plan, progress);
    writer.write_files(true);
    writer.write_policy(policy.first);
    writer.write_files(false);
    writer.write_losses(policy);
    return writer.commit();
}

}  // namespace bestow::operations
