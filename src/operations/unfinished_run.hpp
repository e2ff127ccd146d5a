#pragma once
/// Making new values is no deed that can simply be done again: a run that was killed between two files has changed the
/// one already. What it is about to write is noted before, in this operator's state folder, as hashes of ciphertext; so
/// the next run goes on where that one stopped. Other operators' notes cannot be seen.

#include "operations/working_files.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace bestow::operations {

class UnfinishedRun {
  public:
    enum class Command { Generate, Rotate };

    /// What is noted of that store, against what lies there now. Points into `sources`; what they do not have any more
    /// is left out.
    static UnfinishedRun load(const store::Store& store, const std::vector<policy::SecretSource>& sources);

    [[nodiscard]] bool is_of(Command command) const { return command_ == command; }
    /// It was interrupted after its first file and before its last one.
    [[nodiscard]] bool is_unfinished() const;
    /// A run of `command` that makes these values goes on with it: it is unfinished, or has within a day written just
    /// these and was interrupted before it could forget its note.
    [[nodiscard]] bool is_continued_by(Command command, const std::vector<const policy::SecretSource*>& sources) const;

    /// What it makes.
    [[nodiscard]] const std::vector<const policy::SecretSource*>& sources() const { return sources_; }
    /// It has written this value, and nobody has changed it since; others in its file may have been.
    [[nodiscard]] bool has_written(const policy::SecretSource& source) const { return values_.contains(&source); }
    /// The same of its public half; true for a value that has none, or whose half is as it was.
    [[nodiscard]] bool has_written_half(const policy::SecretSource& source) const;
    /// It has written this file, and nobody has changed it since.
    [[nodiscard]] bool has_written_file(const std::string& file) const;

    /// For WorkingFiles::before_writing. What an earlier run has written of the same values stays noted.
    void note(Command command, const std::vector<const policy::SecretSource*>& sources,
              const std::vector<WorkingFiles::PlannedWrite>& writes) const;
    /// Everything is written: forgets it.
    void forget() const;

  private:
    /// Hashes of a file as it was and as it is to be; kNothing where there is none.
    struct FileState {
        std::string before;
        std::string after;
        bool written = false;
    };
    /// How a value is known to be written: by its ciphertext, or, when that is under another data key now, by its
    /// document's lastmodified, which that keeps.
    struct Mark {
        std::string envelopes;      ///< a hash; empty: none
        std::string last_modified;  ///< kNothing when it was the same before
    };
    /// Of a value's place: its secret's name and the variant.
    using Place = std::pair<std::string, std::string>;

    explicit UnfinishedRun(const store::Store& store);
    void parse(const std::string& text);
    void compare(const store::Store& store, const std::vector<policy::SecretSource>& sources);
    static bool is_marked(const store::Store& store, const policy::SecretSource& source, const Mark& mark);
    static Mark mark_of(const policy::SecretSource& source, const WorkingFiles::PlannedWrite& write);

    os::System& system_;
    std::string file_name_;  ///< in the state folder
    Command command_ = Command::Generate;
    std::int64_t noted_at_ = 0;
    std::map<Place, Mark> marks_;
    std::map<std::string, FileState> files_;
    std::vector<const policy::SecretSource*> sources_;
    std::set<const policy::SecretSource*> values_;  ///< those that are written
};

/// Throws Error(Failed), with the command that finishes it: another one was interrupted.
void require_finished(const UnfinishedRun& run, UnfinishedRun::Command command);

}  // namespace bestow::operations
