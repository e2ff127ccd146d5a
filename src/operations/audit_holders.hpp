#pragma once
/// Whose keys there are and ever were: by the present policy, else by the newest one of history that declares them.

#include "operations/audit.hpp"
#include "operations/audit_model.hpp"

namespace bestow::operations {

/// A key of a policy.
struct DeclaredKey {
    KeyHolder::Kind kind = KeyHolder::Kind::Unknown;
    std::string name;
    std::string recipient;  ///< as declared
};

/// The keys that a bestow.yaml, an included file or a .sops.yaml declares; none for a text that does not parse. Pure.
std::vector<DeclaredKey> declared_keys(std::string_view text);

class Holders {
  public:
    /// Reads the policies of history.
    Holders(const AuditModel& model, const OpenStore& store);

    /// `recipient`: canonical.
    [[nodiscard]] KeyHolder holder_of(const std::string& recipient) const;
    /// True when the present policy declares this key.
    [[nodiscard]] bool is_declared(const std::string& recipient) const { return present_.contains(recipient); }
    /// Throws Error(NotFound) with the nearest name for one that no policy ever declared.
    void expect_known(KeyHolder::Kind kind, const std::string& name) const;
    /// Canonical recipients of the SSH keys that some policy declared and that have this "SHA256:..." fingerprint.
    [[nodiscard]] std::vector<std::string> with_fingerprint(std::string_view fingerprint) const;
    /// The declared keys that a named stanza of an age file fits; its 32 bits may fit several.
    [[nodiscard]] std::vector<std::string> recipients_of_stanza(const std::string& stanza) const;
    /// Every key that any policy ever declared, canonical.
    [[nodiscard]] std::vector<std::string> ever_declared() const;
    /// Whom the policy of a commit entitles to a file; none where that policy cannot be read.
    [[nodiscard]] const std::vector<std::string>& readers_at(Index commit, const std::string& file);

  private:
    struct Entry {
        DeclaredKey key;
        Index last = kNone;  ///< the last commit that declares it
    };
    void read_present(const policy::Policy& policy);
    void read_past(const std::set<std::string>& paths);
    void read_included(const std::set<std::string>& known_paths, const std::set<std::string>& patterns);
    void add(const DeclaredKey& key, const history::Version& version);
    void add_stanza(const std::string& recipient);

    const AuditModel& model_;
    const OpenStore& store_;
    std::map<std::string, DeclaredKey> present_;  ///< by canonical recipient
    std::map<std::string, Entry> past_;           ///< likewise
    /// By stanza text: canonical recipients, and as they were declared.
    std::map<std::string, std::map<std::string, std::string>> stanzas_;
    std::map<std::pair<KeyHolder::Kind, std::string>, Index> names_;  ///< the last commit that declares it
    std::set<std::pair<KeyHolder::Kind, std::string>> present_names_;
    std::map<std::pair<Index, std::string>, std::vector<std::string>> readers_at_;
};

}  // namespace bestow::operations
