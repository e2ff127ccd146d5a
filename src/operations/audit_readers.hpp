#pragma once
/// Who can read each version of a file: keys, each counted once however it is written.

#include "operations/audit_holders.hpp"

namespace bestow::operations {

struct VersionReader {
    Index key = kNone;    ///< of Readers::keys
    bool certain = true;  ///< false: an age file does not say whose its stanza is
};

class Readers {
  public:
    Readers(AuditModel& model, Holders& holders, const AuditRequest& request, const store::Store& store);

    /// Of a version; plaintext has none.
    [[nodiscard]] const std::vector<VersionReader>& of(std::size_t version) const { return by_version_[version]; }
    [[nodiscard]] std::vector<Index> of_blob(Index blob);
    /// Of an age file that is not committed: as if it were HEAD's.
    [[nodiscard]] std::vector<VersionReader> of_new_age_file(Index path, Index blob);
    [[nodiscard]] const std::string& canonical(Index key) const { return keys_.at(key); }
    /// As a file that it can read has it.
    [[nodiscard]] const std::string& shown(Index key) const {
        return shown_[key].empty() ? canonical(key) : shown_[key];
    }
    /// The key that stands for whoever has the repository.
    [[nodiscard]] Index everybody() const { return everybody_; }
    [[nodiscard]] Index find(const std::string& canonical) const { return keys_.find(canonical); }

  private:
    Index add(const std::string& recipient);
    Index name(const std::string& recipient);  ///< of a key that may turn out to read nothing
    Index of_text(Index text);
    std::vector<VersionReader> of_age_file(const history::Version& version);
    [[nodiscard]] std::set<Index> possible_readers(const history::Version& version, const std::set<Index>& named,
                                                   std::size_t stanzas);
    void try_named_keys(const store::Store& store, const age::Identities& identities);

    AuditModel& model_;
    Holders& holders_;
    history::Texts keys_;             ///< canonical
    std::vector<std::string> shown_;  ///< by key; empty for one that no file has yet
    Index everybody_ = kNone;
    std::map<Index, Index> keys_of_texts_;
    std::map<Index, std::set<Index>> opened_by_;  ///< age files by blob: the named keys that open it
    std::set<Index> tried_;                       ///< the named keys
    std::set<Index> asked_for_;                   ///< keys that are asked for, and may be anybody's
    std::set<Index> ever_declared_;
    std::vector<std::vector<VersionReader>> by_version_;
};

}  // namespace bestow::operations
