#pragma once
/// One encrypted file against the policy: what lies there, whose secrets it holds, who may read it and who can. Reads
/// files, needs no key, changes nothing.

#include "base/error.hpp"
#include "policy/access.hpp"
#include "store/store.hpp"

#include <optional>
#include <string>
#include <vector>

namespace bestow::operations {

struct FileReport {
    std::string file;
    std::vector<const policy::SecretSource*> sources;
    std::vector<policy::Reader> entitled;
    store::StoredFile stored;           ///< Kind::Missing, too, when it could not be read: see `problem`
    std::optional<Error> problem;       ///< malformed, unreadable
    std::optional<store::Drift> drift;  ///< only of a SOPS document
};

/// Reads one file. `access` has its sources and readers.
FileReport report_file(const store::Store& store, const policy::FileAccess& access);

/// Whether a source's value is there, as far as can be told without a key.
enum class ValueState {
    Set,
    NoFile,
    NoValue,     ///< the file has no such key
    Plaintext,   ///< the value, or its whole file, is not encrypted
    Unproved,    ///< an age file: what it holds cannot be told
    Unreadable,  ///< the file is malformed
};
ValueState value_state(const FileReport& report, const policy::SecretSource& source);
std::string_view value_state_name(ValueState state);

/// True for `path` itself and everything below it; an empty path is everything.
bool is_at_or_below(const document::KeyPath& path, const document::KeyPath& ancestor);

}  // namespace bestow::operations
