#include "operations/editor_session.hpp"

#include "base/error.hpp"
#include "base/format.hpp"

#include <utility>

namespace bestow::operations {
namespace {

constexpr std::size_t kPlaintextLimitBytes = std::size_t{64} * 1024 * 1024;

}  // namespace

EditorSession::EditorSession(os::System& system, std::string base_name, ByteView text)
    : system_(system), folder_(system), base_name_(std::move(base_name)) {
    const os::UniqueFd file = system_.create_file(folder_.fd(), base_name_, 0600);
    system_.write_all(file.get(), text, base_name_);
}

SecretBytes EditorSession::run(const std::vector<std::string>& command) {
    // Editors put their own copies where TMPDIR says.
    const os::ProcessResult result = system_.run(command, {{"TMPDIR", folder_.path()}});
    if (result.exit_status != 0) {
        throw Error(ErrorKind::Failed,
                    format("the editor ended with exit status {}; nothing was changed", result.exit_status),
                    "VISUAL or EDITOR names another one");
    }
    const auto file = system_.try_open_file_beneath(folder_.fd(), base_name_);
    if (!file) {
        throw Error(ErrorKind::Failed, "the editor removed the file; nothing was changed");
    }
    return system_.read_secret(file->get(), kPlaintextLimitBytes, base_name_);
}

}  // namespace bestow::operations
