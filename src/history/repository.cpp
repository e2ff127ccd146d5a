#include "history/repository.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/path.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"

#include <algorithm>

namespace bestow::history {
namespace {

/// An answer's one line, which may hold anything but ends with a line break.
std::string line_of(std::string answer) {
    if (answer.ends_with('\n')) {
        answer.pop_back();
    }
    return answer;
}

}  // namespace

std::optional<std::string> find_work_tree(os::System& system, std::string directory) {
    for (;; directory = parent_of(directory)) {
        try {
            const os::UniqueFd opened = system.open_directory(directory);
            if (system.try_status(opened.get(), ".git")) {
                return directory;
            }
        } catch (const Error&) {
            return std::nullopt;  // above what may be read
        }
        if (directory == "/") {
            return std::nullopt;
        }
    }
}

std::string require_work_tree(os::System& system, const std::string& directory) {
    std::optional<std::string> root = find_work_tree(system, directory);
    if (!root) {
        throw Error(ErrorKind::Failed, format("{} lies in no git work tree: it has no history", quoted(directory)),
                    "git init, and commit the store: from then on its history can be read");
    }
    return std::move(*root);
}

std::string prefix_below(const std::string& root, const std::string& directory) {
    if (directory == root) {
        return {};
    }
    return directory.substr(root == "/" ? 1 : root.size() + 1) + "/";
}

std::string name_from_store(const std::string& prefix, std::string_view path) {
    if (path.starts_with(prefix)) {
        return std::string(path.substr(prefix.size()));
    }
    std::string name;
    for (std::ptrdiff_t depth = std::count(prefix.begin(), prefix.end(), '/'); depth > 0; --depth) {
        name += "../";
    }
    return name.append(path);
}

Repository find_repository(const Git& git, const std::string& root, const std::string& directory) {
    const std::string answer =
        git.ask({"rev-parse", "--is-inside-work-tree", "--is-shallow-repository", "--show-object-format"});
    const std::vector<std::string_view> lines = split(answer, '\n');
    if (lines.size() < 3 || lines[0] != "true") {
        throw Error(ErrorKind::Failed, format("{} lies in a git repository, but in no work tree", quoted(directory)));
    }
    Repository repository;
    repository.is_shallow = lines[1] == "true";
    repository.uses_sha256 = lines[2] == "sha256";
    repository.prefix = prefix_below(root, directory);
    repository.common_directory = line_of(git.ask({"rev-parse", "--path-format=absolute", "--git-common-dir"}));
    repository.head = line_of(git.try_ask({"rev-parse", "--verify", "--quiet", "HEAD^{commit}"}).value_or(""));
    repository.is_partial = git.try_ask({"config", "--get-regexp", R"(^remote\..*\.promisor$)"}).has_value();
    return repository;
}

std::string blob_name(bool uses_sha256, ByteView content) {
    std::string object = format("blob {}", content.size());
    object.push_back('\0');
    object.append(as_text(content));
    return uses_sha256 ? to_hex(crypto::sha256(as_bytes(object))) : to_hex(crypto::sha1(as_bytes(object)));
}

}  // namespace bestow::history
