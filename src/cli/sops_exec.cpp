#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/exec_environment.hpp"
#include "cli/report.hpp"
#include "cli/sops_file.hpp"
#include "operations/private_folder.hpp"
#include "os/launch.hpp"

// exec-env and exec-file: a command line for /bin/sh with the values of a file in its environment, or with the file
// itself under a name that stands for {}.

namespace bestow::cli {
namespace {

using sops::Format;
using sops::PlainNode;

constexpr int kEndedBySignal = 255;  ///< Go's -1
constexpr const char* kFileName = "tmp-file";

void add_values(ExecEnvironment& environment, const PlainNode& root) {
    for (const sops::PlainChild& child : root.children) {
        if (child.is_comment) {
            continue;
        }
        if (child.node.shape != PlainNode::Shape::Scalar) {
            throw Error(ErrorKind::Policy,
                        format("{} holds several values: no variable of the environment can", quoted(child.key)));
        }
        environment.set(child.key, sops::scalar_text(child.node).view());
    }
}

struct ExecArguments {
    std::string file;
    std::string command;
};

ExecArguments exec_arguments(const SopsCall& call) {
    if (call.arguments().size() != 2) {
        throw SopsFailure(SopsStatus::Failed, "a file and a command, in one argument, are needed");
    }
    return {call.arguments()[0], call.arguments()[1]};
}

void refuse_background(const SopsCall& call) {
    if (call.flags.boolean("background")) {
        throw SopsFailure(call.flags.boolean("same-process") ? SopsStatus::ConflictingFlags : SopsStatus::Failed,
                          "--background is not supported: the shell's & does the same");
    }
}

os::Launch shell_command(const std::string& command, std::vector<SecretBytes> environment) {
    return {{"/bin/sh", "-c", command}, std::move(environment)};
}

std::string with_file_name(std::string command, const std::string& path) {
    for (std::size_t at = command.find("{}"); at != std::string::npos; at = command.find("{}", at + path.size())) {
        command.replace(at, 2, path);
    }
    return command;
}

std::string checked_file_name(const SopsCall& call) {
    const std::string& name = call.flags.text("filename");
    if (name.find('/') != std::string::npos || name == "." || name == "..") {
        throw SopsFailure(SopsStatus::Failed, "--filename takes a name without a folder");
    }
    return name.empty() ? kFileName : name;
}

/// The plaintext lies in a folder in memory that is gone before anybody learns the exit status.
os::ChildEnd run_with_file(const SopsCall& call, const std::string& command, const SecretBytes& plaintext,
                           std::vector<SecretBytes> environment) {
    const std::string name = checked_file_name(call);
    const operations::PrivateFolder folder(call.system());
    const std::string path = folder.path() + "/" + name;
    const os::Launch launch = shell_command(with_file_name(command, path), std::move(environment));
    if (!call.flags.boolean("no-fifo")) {
        os::make_fifo(folder.fd(), name);
        return os::run_child(launch, os::FifoContent{path, plaintext.view()});
    }
    call.system().write_all(call.system().create_file(folder.fd(), name, 0600).get(), plaintext.view(), name);
    return os::run_child(launch, std::nullopt);
}

}  // namespace

int sops_exec_env(const SopsCall& call) {
    const ExecArguments arguments = exec_arguments(call);
    (void)creation_config(call);
    check_decryption_order(call);
    refuse_background(call);
    const OpenedSopsFile opened = open_encrypted(call, arguments.file, sops::format_of(arguments.file));
    const std::vector<PlainNode>& roots = opened.roots;
    ExecEnvironment environment;
    const std::optional<os::Account> account = account_named(call.flags.text("user"));
    if (account) {
        environment.set_account(*account);
    }
    add_values(environment, roots.at(0));
    os::replace_process(shell_command(arguments.command, environment.finish(call.flags.boolean("pristine"))), account);
}

int sops_exec_file(const SopsCall& call) {
    const ExecArguments arguments = exec_arguments(call);
    const Format input = sops_format(call, "input-type", arguments.file);
    const Format output = sops_format(call, "output-type", arguments.file);
    (void)creation_config(call);
    check_decryption_order(call);
    refuse_background(call);
    (void)checked_file_name(call);
    const OpenedSopsFile opened = open_encrypted(call, arguments.file, input);
    const std::vector<PlainNode>& roots = opened.roots;
    const SecretBytes plaintext = emit_documents(call, all_documents(roots), output);
    ExecEnvironment environment;
    if (const std::optional<os::Account> account = account_named(call.flags.text("user"))) {
        environment.set_account(*account);
        os::become_user(*account);  // the folder for the file is that user's
    }
    const os::ChildEnd end = run_with_file(call, arguments.command, plaintext, environment.finish(false));
    return end.by_signal ? kEndedBySignal : end.status;
}

}  // namespace bestow::cli
