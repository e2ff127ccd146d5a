#pragma once
/// A store on disk: the directory with `bestow.yaml` at its root. Every name is relative to that root and opened
/// beneath it without following links. Holds one directory descriptor; reading takes no key.

#include "os/system.hpp"
#include "policy/parse.hpp"
#include "store/place_in_store.hpp"
#include "store/stored_file.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bestow::store {

/// The files that a policy was read from, as they lay on disk.
struct PolicyFiles {
    std::map<std::string, std::optional<std::string>> texts;
    std::map<std::string, std::vector<std::string>> matches;  ///< by pattern of `include`
};

class Store {
  public:
    /// `directory` (from --store), else BESTOW_STORE, else the nearest directory upwards with a bestow.yaml. Throws
    /// Error(NotFound) with a hint, and Error(Policy) for a store that everybody can write, or that is merely the
    /// nearest one and belongs to neither the caller nor root.
    static Store open(os::System& system, const std::string& directory = {});
    /// The same, but nullopt when neither option, variable nor a parent directory names one.
    static std::optional<Store> try_open(os::System& system, const std::string& directory = {});
    /// That very directory, with or without a bestow.yaml: for `init`. Throws Error(System).
    static Store at(os::System& system, const std::string& directory);

    [[nodiscard]] os::System& system() const { return *system_; }
    [[nodiscard]] int root() const { return root_.get(); }
    /// Real and absolute; for messages and for the list of known readers.
    [[nodiscard]] const std::string& path() const { return path_; }

    /// Waits until no other bestow writes to this store; held until the Store dies. Take it before reading what will be
    /// written back.
    void lock();

    /// Texts of the store for the policy's parser; refers to this Store.
    [[nodiscard]] policy::StoreReader reader() const;
    /// Read strictly, as an operator's commands do. Throws Error(NotFound) without a bestow.yaml, Error(Policy).
    [[nodiscard]] policy::Policy load_policy() const;
    /// The policy as it would be with other texts in place of some files: for edits, before they are written.
    /// Those files, as they are, go to `files`.
    [[nodiscard]] policy::Policy policy_with(const std::map<std::string, std::string>& replaced_texts,
                                             PolicyFiles* files = nullptr) const;
    /// The first of these files that is otherwise now, or the first pattern that matches others.
    [[nodiscard]] std::optional<std::string> changed_since(const PolicyFiles& files) const;
    /// The same files as they are now.
    [[nodiscard]] PolicyFiles read_again(const PolicyFiles& files) const;

    /// A regular file's text, nullopt when there is none; at most 64 MiB.
    [[nodiscard]] std::optional<std::string> try_read_text(const std::string& name) const;
    /// An encrypted file, or what lies in its place.
    [[nodiscard]] StoredFile read_file(const std::string& name) const;

    /// Regular files whose path matches a pattern with * and **, sorted; `.git` is left out.
    [[nodiscard]] std::vector<std::string> match_files(const std::string& pattern) const;
    /// Every SOPS document and age file of the store, sorted, whether the policy knows it or not. Reads them all.
    [[nodiscard]] std::vector<std::string> find_encrypted_files() const;

    /// A path that a person gave (relative to the working directory), as a name in this store; nullopt when it lies
    /// elsewhere. The file itself need not exist.
    [[nodiscard]] std::optional<std::string> name_of_path(const std::string& path) const;

  private:
    Store(os::System& system, os::UniqueFd root, std::string path);

    os::System* system_;
    os::UniqueFd root_;
    std::string path_;
};

}  // namespace bestow::store
