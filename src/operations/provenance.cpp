#include "operations/provenance.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/path.hpp"
#include "base/text.hpp"
#include "history/git.hpp"
#include "history/repository.hpp"
#include "policy/declaring_files.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

namespace bestow::operations {
namespace {

constexpr std::size_t kSha256Digits = 64;

/// The work tree that a store lies in.
struct WorkTree {
    history::Git git;
    std::string prefix;  ///< of the store in it
};

/// Every file that the policy was read from.
void add_policy_files(const policy::Policy& policy, std::set<std::string>& files) {
    files.insert(store::kPolicyFile);
    files.merge(policy::declaring_files(policy));
    for (const policy::Template& one : policy.templates) {
        if (one.file) {
            files.insert(*one.file);
        }
    }
}

/// "MODE BLOB 0<tab>PATH", or "MODE blob BLOB<tab>PATH", to the blob's name; nullopt for what is no regular file.
std::optional<std::string> blob_of(std::string_view line) {
    const std::vector<std::string_view> words = split(line.substr(0, line.find('\t')), ' ');
    if (words.size() < 3 || !words[0].starts_with("100")) {
        return std::nullopt;
    }
    return std::string(words[1] == "blob" ? words[2] : words[1]);
}

/// Is any file not what the commit has under its name? Compared here and not by `git status`, which runs whatever
/// filter the repository's attributes and configuration name.
bool differs(const WorkTree& tree, const OpenStore& store, const std::string& commit, std::set<std::string> files) {
    add_policy_files(store.policy(), files);
    std::vector<std::string> arguments = {"ls-tree", "-z", "--full-tree", commit, "--"};
    for (const std::string& file : files) {
        arguments.push_back(tree.prefix + file);
    }
    std::map<std::string, std::string> committed;
    const std::string listed = tree.git.ask(arguments);
    for (const std::string_view line : split(listed, '\0')) {
        if (const auto blob = blob_of(line)) {
            committed[std::string(line.substr(line.find('\t') + 1))] = *blob;
        }
    }
    return std::any_of(files.begin(), files.end(), [&](const std::string& file) {
        const auto found = committed.find(tree.prefix + file);
        const std::optional<std::string> text = store.store().try_read_text(file);
        return text ? found == committed.end() ||
                          history::blob_name(found->second.size() == kSha256Digits, as_bytes(*text)) != found->second
                    : found != committed.end();
    });
}

delivery::Provenance ask(const WorkTree& tree, const OpenStore& store, const std::vector<std::string>& files) {
    // "COMMIT SECONDS" of HEAD.
    const std::string answer = tree.git.ask({"log", "-1", "--no-show-signature", "--format=%H %ct", "HEAD", "--"});
    const std::string_view line = trim(answer);
    const std::size_t space = line.find(' ');
    std::int64_t seconds = 0;
    const char* const end = line.data() + line.size();
    if (space == std::string_view::npos || std::from_chars(line.data() + space + 1, end, seconds).ptr != end) {
        throw Error(ErrorKind::Format, format("git says {}", quoted(line)));
    }
    const std::string commit(line.substr(0, space));
    return {commit, differs(tree, store, commit, {files.begin(), files.end()}), os::utc_timestamp(seconds)};
}

}  // namespace

ProvenanceAnswer ask_git(const OpenStore& store, const std::vector<std::string>& files) {
    const std::string& path = store.store().path();
    const std::optional<std::string> root = history::find_work_tree(store.system(), path);
    if (!root) {
        return {};
    }
    try {
        const WorkTree tree{history::Git(store.system(), *root), history::prefix_below(*root, path)};
        return {ask(tree, store, files), {}};
    } catch (const Error& error) {
        return {{}, format("which commit this is cannot be told: {}", error.full_message())};
    }
}

}  // namespace bestow::operations
