#pragma once
/// What the commands that touch encrypted files share: the store, its policy with everything that follows from it, and
/// the operator's identities, which are loaded when the first file is opened and then kept.

#include "operations/file_policy.hpp"
#include "operations/operator_identities.hpp"
#include "policy/access.hpp"
#include "store/store.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bestow::operations {

/// A policy and what follows from it. Its parts point into each other: never moved, never copied.
struct PolicyView {
    policy::Policy policy;
    std::vector<policy::SecretSource> sources;
    std::vector<policy::FileAccess> access;

    /// Throws Error(Policy) for over-sharing and for a file without an operator.
    PolicyView(policy::Policy parsed, const std::string& today);
    PolicyView(const PolicyView&) = delete;
    PolicyView& operator=(const PolicyView&) = delete;

    [[nodiscard]] const policy::FileAccess* find_file(const std::string& file) const;
};

class OpenStore {
  public:
    /// Opens the store as store::Store::open does and reads its policy. `for_writing` takes the store's lock first.
    enum class Purpose { Reading, Writing };
    OpenStore(os::System& system, const std::string& store_directory, IdentityRequest identity_request,
              Purpose purpose);
    /// For writing, with the policy as it is with the texts that `edit` gives in place of files, which nothing has
    /// written yet; as the files are, there may be no valid one.
    using PolicyEdit = std::function<std::map<std::string, std::string>(const store::Store& store)>;
    OpenStore(os::System& system, const std::string& store_directory, IdentityRequest identity_request,
              const PolicyEdit& edit);
    /// Without a bestow.yaml, for that one file: nothing is declared, and readers are whom its `.sops.yaml` names;
    /// where none has a rule for it, whoever reads the file already.
    OpenStore(os::System& system, FilePolicy file_policy, IdentityRequest identity_request, Purpose purpose);

    [[nodiscard]] os::System& system() const { return store_.system(); }
    [[nodiscard]] store::Store& store() { return store_; }
    [[nodiscard]] const store::Store& store() const { return store_; }
    [[nodiscard]] const PolicyView& view() const { return *view_; }
    [[nodiscard]] const policy::Policy& policy() const { return view_->policy; }
    [[nodiscard]] const OperatorIdentities& identities();
    [[nodiscard]] bool identities_loaded() const { return identities_.has_value(); }
    /// RFC 3339, as SOPS metadata has it.
    [[nodiscard]] std::string now() const;

    /// Whoever may read that file: by delivery, or the operators when no secret lives in it.
    [[nodiscard]] std::vector<policy::Reader> readers_of(const std::string& file) const;
    /// How a new document is encrypted. Throws Error(Policy) when nobody may read it.
    [[nodiscard]] sops::EncryptOptions encrypt_options(const std::string& file) const;
    /// nullptr where a bestow.yaml decides.
    [[nodiscard]] const FilePolicy* file_policy() const { return file_policy_ ? &*file_policy_ : nullptr; }

    /// Goes on with the policy as it is with these texts in place of files, which nothing has written yet. The old view
    /// is returned, for comparing. Throws Error(Policy), and changes nothing then.
    std::unique_ptr<PolicyView> replace_policy(const std::map<std::string, std::string>& replaced_texts);

    /// For a store that was opened for reading: takes its lock and reads the policy again.
    void lock_and_reload();

    /// What the policy was read from when the store was opened, or since it was written here; none without a
    /// bestow.yaml.
    [[nodiscard]] const store::PolicyFiles& policy_files() const { return policy_files_; }
    /// After own writes: what lies there now is what this goes on with.
    void note_written() { policy_files_ = store_.read_again(policy_files_); }

  private:
    [[nodiscard]] std::string today() const;

    store::Store store_;
    std::optional<FilePolicy> file_policy_;
    IdentityRequest identity_request_;
    store::PolicyFiles policy_files_;  // filled with the view
    std::unique_ptr<PolicyView> view_;
    std::optional<OperatorIdentities> identities_;
};

/// Throws Error(NotFound) with the nearest name.
const policy::Secret& find_declared(const policy::Policy& policy, const std::string& secret);
const policy::Host& find_declared_host(const policy::Policy& policy, const std::string& host);

/// The one source of a declared secret: where several exist by `per:`, the one that `host` gets. Throws
/// Error(NotFound) with the nearest name, Error(Usage) that lists the variants when a host is needed.
const policy::SecretSource& find_source(const PolicyView& view, const std::string& secret, const std::string& host);

/// The names of readers' recipients, in order.
std::vector<std::string> recipients_of(const std::vector<policy::Reader>& readers);

}  // namespace bestow::operations
