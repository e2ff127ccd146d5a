#pragma once
/// The readers that this operator has confirmed once, as ssh's known_hosts: no data key is ever wrapped for a key
/// outside this list. A line each in $XDG_STATE_HOME/bestow/known_readers, fields separated by tabs:
/// real path of the store, "operator", "host" or "recipient", name, recipient. Where a `.sops.yaml` says who reads,
/// a recipient is its own name and the store is that file's folder.

#include "operations/state_lines.hpp"
#include "os/system.hpp"
#include "policy/access.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace bestow::operations {

class KnownReaders {
  public:
    /// `store_path` is the store's real path. A missing file is an empty list.
    static KnownReaders load(os::System& system, const std::string& store_path);

    [[nodiscard]] bool knows(const policy::Reader& reader) const;
    void add(const policy::Reader& reader);
    /// Writes the list when it has grown, atomically, mode 0600, in a directory of mode 0700.
    void save(os::System& system) { lines_.save(system); }

  private:
    KnownReaders(std::string store_path, StateLines lines)
        : store_path_(std::move(store_path)), lines_(std::move(lines)) {}

    std::string store_path_;
    StateLines lines_;
};

/// How readers are confirmed: `accepted` are names from --accept-reader; `ask` shows the list and asks on the terminal,
/// and is empty when there is none.
struct Confirmation {
    std::vector<std::string> accepted;
    std::function<bool(const std::vector<policy::Reader>& unknown)> ask;
    /// Is this the caller's own key, which nobody else needs to vouch for? May be empty; own_keys.hpp sets it.
    std::function<bool(const policy::Reader& reader)> is_own = {};
    /// Keys that the caller gave on the command line: remembered once everybody else is confirmed, too.
    std::vector<policy::Reader> given = {};
};

/// Confirms every reader that is not known yet and remembers it. Call it before anything is written. Throws
/// Error(Policy) that lists the unknown readers, with a hint, when one is not confirmed.
void confirm_readers(os::System& system, const std::string& store_path, const std::vector<policy::Reader>& readers,
                     const Confirmation& confirmation);

/// Makes readers known without asking: for keys that the operator gave on the command line.
void remember_readers(os::System& system, const std::string& store_path, const std::vector<policy::Reader>& readers);

/// "host 'web1' (age1...)", "operator 'bob' (ssh-ed25519 ...)".
std::string describe_reader(const policy::Reader& reader);
/// The same with the fingerprint of an SSH key, as `ssh-keygen -l` shows it on the machine itself: for comparing.
std::string describe_key_of(const policy::Reader& reader);

}  // namespace bestow::operations
