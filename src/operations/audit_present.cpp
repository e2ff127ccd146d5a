#include "operations/audit_present.hpp"

#include "base/text.hpp"
#include "operations/file_report.hpp"
#include "operations/recipient_form.hpp"

#include <algorithm>

namespace bestow::operations {
namespace {

/// Why nothing in that file was looked at; empty when it was.
std::string why_unread(const FileReport& report) {
    if (report.problem) {
        return report.problem->message() + "; what it held is not looked at";
    }
    switch (report.stored.kind) {
        case store::StoredFile::Kind::Missing:
            return "it is not in the work tree, so that its values do not count as in use";
        case store::StoredFile::Kind::Plaintext:
            return "it is not encrypted: whoever has the repository reads it";
        default:
            return {};
    }
}

bool is_asked_for(const AuditRequest& request, const policy::FileAccess& access) {
    return (request.files.empty() || request.files.contains(access.file)) &&
           (request.secrets.empty() ||
            std::any_of(access.sources.begin(), access.sources.end(), [&](const policy::SecretSource* source) {
                return request.secrets.contains(source->secret->name);
            }));
}

}  // namespace

std::vector<history::Unreadable> unread_files(const OpenStore& store, const AuditRequest& request) {
    std::vector<history::Unreadable> unread;
    for (const policy::FileAccess& access : store.view().access) {
        if (is_asked_for(request, access)) {
            if (std::string why = why_unread(report_file(store.store(), access)); !why.empty()) {
                unread.push_back({"", access.file, std::move(why)});
            }
        }
    }
    return unread;
}

std::vector<EntitledNow> entitled_now(const OpenStore& store, const std::set<std::string>& keys) {
    std::vector<EntitledNow> entitled;
    for (const policy::FileAccess& access : store.view().access) {
        for (const policy::Reader& reader : access.readers) {
            if (!keys.contains(canonical_recipient(reader.key))) {
                continue;
            }
            const auto same = [&](const EntitledNow& one) {
                return one.kind == reader.kind && one.name == reader.name && one.recipient == reader.key;
            };
            auto found = std::find_if(entitled.begin(), entitled.end(), same);
            if (found == entitled.end()) {
                found = entitled.insert(entitled.end(), {reader.kind, reader.name, reader.key, 0});
            }
            found->values += access.sources.size();
        }
    }
    return entitled;
}

}  // namespace bestow::operations
