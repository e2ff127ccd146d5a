#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "history/cache_file.hpp"
#include "history/gap.hpp"
#include "history/history.hpp"

#include <algorithm>
#include <set>

namespace bestow::history {
namespace {

constexpr const char* kEmptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
constexpr const char* kEmptyTreeSha256 = "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321";
constexpr std::size_t kMaxRestarts = 1000;

class HistoryReader {
  public:
    HistoryReader(const Git& git, const HistoryOptions& options, History& history)
        : git_(git), options_(options), history_(history) {}

    void read() {
        list_commits();
        read_changes();
        collect_changes();
        read_facts_of_blobs();
        history_.versions = versions_of(history_.commits, history_.changes, history_.head);
    }

    [[nodiscard]] bool learned_something() const { return learned_something_; }

  private:
    void list_commits() {
        std::vector<std::string> arguments = {"rev-list", "--parents", "--timestamp"};
        if (!history_.repository.head.empty()) {
            arguments.push_back(history_.repository.head);
        }
        if (options_.all) {
            arguments.insert(arguments.end(), {"--all", "--reflog"});
        } else if (history_.repository.head.empty()) {
            return;
        }
        arguments.emplace_back("--");
        std::vector<ListedCommit> listed;
        Pieces lines('\n', [&](std::string_view line) { listed.push_back(parse_listed_commit(line)); });
        const os::FilterResult result = git_.stream(arguments, {}, [&](ByteView bytes) { lines.feed(bytes); });
        if (result.exit_status != 0) {
            // What lies beyond a broken commit is not known; what was listed before, is.
            history_.unreadable.push_back({"", "", format("git cannot list all commits: {}", complaint_of(result))});
        }
        history_.commits = order_commits(std::move(listed));
        for (Index one = 0; one < history_.commits.size(); ++one) {
            if (history_.commits[one].name == history_.repository.head) {
                history_.head = one;
            }
        }
    }

    [[nodiscard]] Index object_of(Index commit) {
        return commit == kNone ? kNone : history_.known.objects.add(history_.commits[commit].name);
    }

    /// What git compares for a commit: itself with its first parent, or its tree with the empty one.
    [[nodiscard]] std::string request_for(const Commit& commit) const {
        if (commit.is_cut_off) {
            const std::optional<std::string> tree =
                git_.try_ask({"rev-parse", "--verify", "--quiet", commit.name + "^{tree}"});
            return format("{} {}\n", history_.repository.uses_sha256 ? kEmptyTreeSha256 : kEmptyTree,
                          trim(tree.value_or("")));
        }
        const std::string parent = commit.first_parent == kNone ? "" : " " + history_.commits[commit.first_parent].name;
        return commit.name + parent + "\n";
    }

    /// Of the commits that are not known yet.
    void read_changes() {
        std::vector<Index> wanted;
        for (Index one = 0; one < history_.commits.size(); ++one) {
            if (history_.known.find_commit(object_of(one), object_of(history_.commits[one].first_parent)) == nullptr) {
                wanted.push_back(one);
            }
        }
        std::size_t done = 0;
        std::size_t restarts = 0;
        for (; done < wanted.size() && restarts < kMaxRestarts; ++restarts) {
            // A broken tree ends git, which may have told of the one before it, or not all of it: each is asked for
            // alone, until one is answered.
            if (read_changes_of(wanted, done, wanted.size()).exit_status != 0) {
                read_alone(wanted, done);
            }
        }
        if (done < wanted.size()) {
            history_.unreadable.push_back(
                {history_.commits[wanted[done]].name, "",
                 format("too much before it is broken: it is not looked at, nor are {} others",
                        wanted.size() - done - 1)});
        }
    }

    void read_alone(const std::vector<Index>& wanted, std::size_t& done) {
        if (done == wanted.size()) {
            return;
        }
        const os::FilterResult alone = read_changes_of(wanted, done, done + 1);
        if (alone.exit_status == 0) {
            return;
        }
        // Its parent's tree may be the broken one: then all of its own is new.
        Commit& commit = history_.commits[wanted[done]];
        const Index parent = commit.first_parent;
        commit.is_cut_off = true;
        commit.first_parent = kNone;
        const std::size_t before = done;
        (void)read_changes_of(wanted, done, done + 1);
        // Where git cannot even name the tree, it has nothing to complain of, nor to tell.
        if (done == before) {
            commit.is_cut_off = false;
            commit.first_parent = parent;
            history_.unreadable.push_back(
                {commit.name, "", complaint_of(alone), gap_identity(GapReason::TreeUnread, commit.name, "")});
            ++done;
        }
    }

    /// Those from place `at` to `end`; `at` is where git got to, afterwards.
    os::FilterResult read_changes_of(const std::vector<Index>& wanted, std::size_t& at, std::size_t end) {
        std::string input;
        for (std::size_t place = at; place < end; ++place) {
            input += request_for(history_.commits[wanted[place]]);
        }
        const std::vector<std::string> arguments = {
            "diff-tree", "--stdin",      "--always",    "--root",        "-r",           "-z",
            "--raw",     "--no-renames", "--no-abbrev", "--no-ext-diff", "--no-textconv"};
        std::optional<CommitChanges> current;
        const auto finish = [&] {
            if (current) {
                history_.known.add_commit(std::move(*current));
                learned_something_ = true;
                ++at;
            }
            current.reset();
        };
        RawChanges changes(
            [&](std::string_view /*name*/) {
                finish();
                require(at < end, "git answers what it was asked");
                current.emplace();
                current->commit = object_of(wanted[at]);
                current->parent = object_of(history_.commits[wanted[at]].first_parent);
            },
            [&](RawChange change) {
                require(current.has_value(), "git names a commit before its changes");
                current->changes.push_back(stored(change));
            });
        Pieces pieces('\0', [&](std::string_view piece) { changes.feed(piece); });
        const os::FilterResult result =
            git_.stream(arguments, as_bytes(input), [&](ByteView bytes) { pieces.feed(bytes); });
        if (result.exit_status == 0) {
            if (!pieces.rest().empty()) {
                changes.feed(pieces.rest());
            }
            finish();
        }
        return result;
    }

    [[nodiscard]] FileChange stored(const RawChange& change) {
        const auto object = [&](const std::string& name) {
            return name.empty() ? kNone : history_.known.objects.add(name);
        };
        return {history_.known.tables.texts.add(name_from_store(history_.repository.prefix, change.path)),
                object(change.before), object(change.after)};
    }

    void collect_changes() {
        for (Index one = 0; one < history_.commits.size(); ++one) {
            const CommitChanges* const commit =
                history_.known.find_commit(object_of(one), object_of(history_.commits[one].first_parent));
            if (commit == nullptr) {
                continue;
            }
            for (const FileChange& change : commit->changes) {
                raw_changes_.push_back({one, change.path, change.before, change.after});
            }
        }
    }

    void read_facts_of_blobs() {
        // By object: the same content may have names of several formats.
        std::vector<Index> wanted;
        std::unordered_map<Index, std::vector<sops::Format>> formats;
        for (const Change& change : raw_changes_) {
            const sops::Format format = sops::format_of(history_.path(change.path));
            for (const Index object : {change.before, change.after}) {
                if (object == kNone || history_.known.find_blob(object, format) != kNone) {
                    history_.cached += object == kNone ? 0 : 1;
                    continue;
                }
                std::vector<sops::Format>& known = formats[object];
                if (known.empty()) {
                    wanted.push_back(object);
                }
                if (std::find(known.begin(), known.end(), format) == known.end()) {
                    known.push_back(format);
                }
            }
        }
        read_wanted(wanted, formats);
        for (Change change : raw_changes_) {
            const sops::Format format = sops::format_of(history_.path(change.path));
            change.before = change.before == kNone ? kNone : history_.known.find_blob(change.before, format);
            change.after = change.after == kNone ? kNone : history_.known.find_blob(change.after, format);
            history_.changes.push_back(change);
        }
    }

    void read_wanted(const std::vector<Index>& wanted,
                     const std::unordered_map<Index, std::vector<sops::Format>>& formats) {
        std::vector<std::string> names;
        for (const Index object : wanted) {
            names.push_back(history_.known.objects.at(object));
        }
        const auto add = [&](std::string_view name, const std::function<BlobFacts(sops::Format)>& facts) {
            const Index object = history_.known.objects.find(name);
            for (const sops::Format format : formats.at(object)) {
                (void)history_.known.add_blob({object, format, facts(format)});
            }
            ++history_.read;
            if (options_.progress) {
                options_.progress(history_.read, wanted.size());
            }
        };
        read_blobs(git_, names,
                   {[&](std::string_view name, ByteView content) {
                        learned_something_ = true;
                        add(name,
                            [&](sops::Format format) { return read_facts(history_.known.tables, content, format); });
                    },
                    [&](std::string_view name, const std::string& why) { missing_.emplace_back(name, why); }});
        tell_missing();
    }

    /// A blob that is not there may come back: it has no record. Its versions count as plaintext that nobody knows.
    void tell_missing() {
        for (const auto& [name, why] : missing_) {
            const Index object = history_.known.objects.find(name);
            std::set<Index> told;
            for (const Change& change : raw_changes_) {
                if ((change.after == object || change.before == object) && told.insert(change.path).second) {
                    const std::string& path = history_.path(change.path);
                    history_.unreadable.push_back({history_.commits[change.commit].name, path,
                                                   format("object {}: {}", name, why),
                                                   gap_identity(GapReason::ObjectUnread, name, path)});
                }
            }
        }
    }

    const Git& git_;
    const HistoryOptions& options_;
    History& history_;
    std::vector<Change> raw_changes_;  ///< before and after name objects
    std::vector<std::pair<std::string, std::string>> missing_;
    bool learned_something_ = false;
};

}  // namespace

std::string History::date(Index commit) const {
    return commit < commits.size() ? os::utc_timestamp(commits[commit].seconds) : std::string();
}

void read_blobs(const Git& git, const std::vector<std::string>& names, const ObjectStream::Take& take) {
    std::size_t done = 0;
    for (std::size_t restarts = 0; done < names.size() && restarts < kMaxRestarts; ++restarts) {
        std::string input;
        for (std::size_t one = done; one < names.size(); ++one) {
            input += names[one] + "\n";
        }
        ObjectStream objects(kMaxBlobBytes, {[&](std::string_view name, ByteView content) {
                                                 ++done;
                                                 take.blob(name, content);
                                             },
                                             [&](std::string_view name, const std::string& why) {
                                                 ++done;
                                                 take.none(name, why);
                                             }});
        const os::FilterResult result =
            git.stream({"cat-file", "--batch"}, as_bytes(input), [&](ByteView bytes) { objects.feed(bytes); });
        if (done < names.size()) {
            // A corrupt object ends git: the one behind it is asked for anew.
            take.none(names[done], complaint_of(result));
            ++done;
        }
    }
    for (; done < names.size(); ++done) {
        take.none(names[done], "too many objects before it are broken");
    }
}

Git git_of(const store::Store& store) {
    return {store.system(), require_work_tree(store.system(), store.path())};
}

History read_history(const store::Store& store, const HistoryOptions& options) {
    const std::string root = require_work_tree(store.system(), store.path());
    const Git git(store.system(), root);
    History history;
    history.repository = find_repository(git, root, store.path());
    if (options.use_cache) {
        if (std::optional<Known> known = load_known(store.system(), history.repository)) {
            history.known = std::move(*known);
        }
    }
    HistoryReader reader(git, options, history);
    reader.read();
    if (options.use_cache && reader.learned_something()) {
        save_known(store.system(), history.repository, history.known);
    }
    return history;
}

}  // namespace bestow::history
