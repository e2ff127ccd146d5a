#pragma once
/// `audit`: which keys could ever read a value that is still in use, and are not entitled to it. Walks the store's git
/// history. Values are compared by what they decrypt to where an identity is at hand, by their ciphertext otherwise; an
/// answer that is then an upper bound says so. Needs no key and writes nothing but its own cache.
///
/// A value in use is an encrypted leaf of an encrypted file of the working tree, or a whole age file.

#include "history/history.hpp"
#include "operations/open_store.hpp"

#include <functional>
#include <set>

namespace bestow::operations {

/// Whose a key is, by the newest policy that declares it.
struct KeyHolder {
    enum class Kind { Host, Operator, Unknown, Everybody };
    Kind kind = Kind::Unknown;
    std::string name;      ///< may be empty for Unknown
    std::string removed;   ///< when the name went out of the policy; empty while it is declared
    std::string key = {};  ///< as a policy declares it; empty for Unknown and Everybody
};
std::string_view holder_kind_name(KeyHolder::Kind kind);

struct CommitAt {
    std::string commit;
    std::string date;  ///< the committer's, RFC 3339, UTC
};

/// A value in use and a key that could read it and is not entitled to it.
struct Exposure {
    std::string secret;  ///< the declared secret that it belongs to; or empty
    std::string file;
    std::string key;        ///< the key path; "." for a whole document
    std::string recipient;  ///< empty: it stood in the clear, for whoever has the repository
    KeyHolder holder;
    bool superseded = false;   ///< an old key of somebody who is entitled with a new one
    bool certain = true;       ///< false: an upper bound
    bool still_reads = false;  ///< the file at HEAD lets it in
    bool shut_out = false;     ///< the file of the working tree does not, although HEAD's does
    CommitAt first;            ///< at which it could read this very value
    CommitAt last;
    std::string since;      ///< the date of the commit after the last one; empty when there is none
    std::string elsewhere;  ///< "FILE: KEY" of the place where it could read it, if never in the value's own place
};

struct AuditedValue {
    std::string secret;
    std::string file;
    std::string key;
    /// Who can read it now, as messages have them, and who ever could at any commit; each holder once, sorted.
    std::vector<std::string> readers;
    std::vector<std::string> ever;
};

/// Somebody whose key was asked about, and who may read as many declared values now.
struct EntitledNow {
    policy::Reader::Kind kind = policy::Reader::Kind::Operator;
    std::string name;
    std::string recipient;  ///< as declared
    std::size_t values = 0;
};

struct AuditRequest {
    bool all = false;  ///< every ref and reflog entry, and not HEAD alone
    bool use_cache = true;
    std::set<std::string> secrets;  ///< these alone; empty: all
    std::set<std::string> files;    ///< likewise; names in the store
    std::string host;               ///< exposures to that host's keys alone; empty: all
    std::string operator_name;      ///< likewise
    std::set<std::string> keys;     ///< exposures to these recipients alone, any form; empty: all
    /// Private keys that were named with `keys`: tried on what does not say whose it is.
    age::Identities key_identities = {};
    std::function<void(std::size_t done, std::size_t total)> progress = {};
};

struct AuditResult {
    std::vector<Exposure> exposures;  ///< superseded ones last
    /// Of values that no identity here compares: what they would be exposed to besides, had they been set back to
    /// whatever stood in the same place before and is as long. Most such values never were.
    std::vector<Exposure> possible;
    std::vector<AuditedValue> values;
    std::vector<history::Unreadable> warnings;
    std::vector<history::Unreadable> acknowledged;  ///< gaps that this operator knows of: no warnings any more
    bool complete = true;                           ///< false: something was not looked at, and `warnings` say what
    std::vector<EntitledNow> entitled;              ///< for a question about keys
    std::vector<std::string> commands;              ///< the shortest list that closes the exposures
    std::size_t commits = 0;
    std::size_t blobs = 0;
    std::size_t cached = 0;    ///< of the blobs: those that this run did not have to read
    std::size_t unopened = 0;  ///< versions that no identity here opens: their values are compared by ciphertext
    /// False: there may be more exposures. Ciphertext shows neither a value that was set back (`possible` has those),
    /// nor one that stands in two places, or did at some time.
    bool bounded = true;
};

/// Throws Error(Failed) when the store is in no git work tree.
AuditResult audit_store(OpenStore& store, const AuditRequest& request);

}  // namespace bestow::operations
