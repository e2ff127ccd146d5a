#include "history/git.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"

namespace bestow::history {
namespace {

constexpr std::size_t kMaxAnswerBytes = std::size_t{16} * 1024 * 1024;

os::Filter hardened(const std::string& directory, const std::vector<std::string>& arguments) {
    os::Filter filter;
    filter.argv = {"git",
                   "-C",
                   directory,
                   "--no-pager",
                   "--no-optional-locks",
                   "--no-replace-objects",
                   "--literal-pathspecs",
                   "-c",
                   "core.fsmonitor=false",
                   "-c",
                   "core.hooksPath=/dev/null",
                   "-c",
                   "protocol.allow=never",
                   "-c",
                   "safe.bareRepository=explicit",
                   "-c",
                   "log.showSignature=false"};
    filter.argv.insert(filter.argv.end(), arguments.begin(), arguments.end());
    filter.dropped_prefix = "GIT_";
    filter.extra_environment = {
        {"LC_ALL", "C"},
        {"GIT_OPTIONAL_LOCKS", "0"},
        {"GIT_NO_LAZY_FETCH", "1"},
        {"GIT_TERMINAL_PROMPT", "0"},
        {"GIT_ALLOW_PROTOCOL", "none"},  // beats what the repository's own configuration says of each protocol
        {"GIT_GRAFT_FILE", "/dev/null"},
    };
    return filter;
}

}  // namespace

std::string complaint_of(const os::FilterResult& result) {
    for (const std::string_view line : split(result.complaint, '\n')) {
        if (!trim(line).empty()) {
            return on_one_line(trim(line));
        }
    }
    return format("exit status {}", result.exit_status);
}

os::FilterResult Git::stream(const std::vector<std::string>& arguments, ByteView input,
                             const std::function<void(ByteView)>& take) const {
    try {
        return system_->run_filter(hardened(directory_, arguments), input, take);
    } catch (Error& error) {
        if (error.kind() == ErrorKind::System) {
            error.set_hint("git has to be installed: history is read with it");
        }
        throw;
    }
}

std::string Git::ask(const std::vector<std::string>& arguments) const {
    std::string answer;
    const os::FilterResult result = stream(arguments, {}, [&](ByteView bytes) {
        if (answer.size() + bytes.size() > kMaxAnswerBytes) {
            throw Error(ErrorKind::Format,
                        format("git {} printed more than {} bytes", arguments.front(), kMaxAnswerBytes));
        }
        answer.append(as_text(bytes));
    });
    if (result.exit_status != 0) {
        throw Error(ErrorKind::Failed, format("git {} failed: {}", arguments.front(), complaint_of(result)));
    }
    return answer;
}

std::optional<std::string> Git::try_ask(const std::vector<std::string>& arguments) const {
    std::string answer;
    const os::FilterResult result = stream(arguments, {}, [&](ByteView bytes) { answer.append(as_text(bytes)); });
    return result.exit_status == 0 ? std::optional(std::move(answer)) : std::nullopt;
}

}  // namespace bestow::history
