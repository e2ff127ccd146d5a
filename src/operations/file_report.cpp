#include "operations/file_report.hpp"

#include <algorithm>

namespace bestow::operations {

FileReport report_file(const store::Store& store, const policy::FileAccess& access) {
    FileReport report;
    report.file = access.file;
    report.sources = access.sources;
    report.entitled = access.readers;
    report.stored.name = access.file;
    try {
        report.stored = store.read_file(access.file);
        if (report.stored.document) {
            report.drift = store::find_drift(report.entitled, *report.stored.document);
        }
    } catch (const Error& error) {
        report.problem = error;
    }
    return report;
}

bool is_at_or_below(const document::KeyPath& path, const document::KeyPath& ancestor) {
    return path.size() >= ancestor.size() && std::equal(ancestor.begin(), ancestor.end(), path.begin());
}

ValueState value_state(const FileReport& report, const policy::SecretSource& source) {
    if (report.problem) {
        return ValueState::Unreadable;
    }
    switch (report.stored.kind) {
        case store::StoredFile::Kind::Missing:
            return ValueState::NoFile;
        case store::StoredFile::Kind::Age:
            return ValueState::Unproved;
        case store::StoredFile::Kind::Plaintext:
            return ValueState::Plaintext;
        case store::StoredFile::Kind::Sops:
            break;
    }
    ValueState state = ValueState::NoValue;
    for (const sops::Leaf& leaf : report.stored.document->leaves()) {
        if (is_at_or_below(leaf.path, source.key)) {
            if (!leaf.encrypted && !leaf.is_empty) {
                return ValueState::Plaintext;
            }
            state = ValueState::Set;
        }
    }
    return state;
}

std::string_view value_state_name(ValueState state) {
    switch (state) {
        case ValueState::Set:
            return "set";
        case ValueState::NoFile:
        case ValueState::NoValue:
            return "missing";
        case ValueState::Plaintext:
            return "plaintext";
        case ValueState::Unproved:
            return "age file";
        case ValueState::Unreadable:
            break;
    }
    return "malformed";
}

}  // namespace bestow::operations
