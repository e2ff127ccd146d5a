#include "operations/provenance.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/path.hpp"
#include "base/text.hpp"
#include "history/git.hpp"
#include "history/repository.hpp"
#include "policy/declaring_files.hpp"

#include <charconv>
#include <set>

namespace bestow::operations {
namespace {

std::string git(const OpenStore& store, const std::vector<std::string>& arguments) {
    return history::Git(store.system(), store.store().path()).ask(arguments);
}

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

bool differs(const OpenStore& store, std::set<std::string> files) {
    if (!git(store, {"status", "--porcelain", "--untracked-files=no", "--", "."}).empty()) {
        return true;
    }
    add_policy_files(store.policy(), files);
    std::vector<std::string> arguments = {"ls-files", "--others", "--"};
    arguments.insert(arguments.end(), files.begin(), files.end());
    return !git(store, arguments).empty();
}

delivery::Provenance ask(const OpenStore& store, const std::vector<std::string>& files) {
    // "COMMIT SECONDS" of HEAD.
    const std::string answer = git(store, {"log", "-1", "--no-show-signature", "--format=%H %ct", "HEAD"});
    const std::string_view line = trim(answer);
    const std::size_t space = line.find(' ');
    std::int64_t seconds = 0;
    const char* const end = line.data() + line.size();
    if (space == std::string_view::npos || std::from_chars(line.data() + space + 1, end, seconds).ptr != end) {
        throw Error(ErrorKind::Format, format("git says {}", quoted(line)));
    }
    return {std::string(line.substr(0, space)), differs(store, {files.begin(), files.end()}),
            os::utc_timestamp(seconds)};
}

}  // namespace

ProvenanceAnswer ask_git(const OpenStore& store, const std::vector<std::string>& files) {
    if (!history::is_in_work_tree(store.system(), store.store().path())) {
        return {};
    }
    try {
        return {ask(store, files), {}};
    } catch (const Error& error) {
        return {{}, format("which commit this is cannot be told: {}", error.full_message())};
    }
}

}  // namespace bestow::operations
