#include "cli/document_file.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "store/atomic_write.hpp"

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

constexpr int kStandardInput = 0;
constexpr int kStandardOutput = 1;
constexpr std::size_t kLimitBytes = std::size_t{64} * 1024 * 1024;

/// The file that a path means, behind links, as a folder and a name in it.
std::pair<std::string, std::string> folder_and_name(os::System& system, const std::string& path) {
    const bool exists = system.try_open_file(path).has_value();
    const std::string real = exists ? system.real_path(path) : path;
    const std::size_t slash = real.rfind('/');
    if (slash == std::string::npos) {
        return {".", real};
    }
    return {slash == 0 ? "/" : real.substr(0, slash), real.substr(slash + 1)};
}

}  // namespace

void add_document_options(CLI::App& command, DocumentOptions& options) {
    command.add_option("file", options.file, "The file; '-' for standard input")->required();
    command.add_flag("-i,--in-place", options.in_place, "Write the result into the same file");
    command.add_option("-o,--output", options.output, "Write the result into this file");
    command.add_option("--filename", options.filename,
                       "Take the format from this name: .yaml and .yml are YAML, anything else is binary");
}

void check_document_options(const DocumentOptions& options) {
    if (options.in_place && (options.file == "-" || !options.output.empty())) {
        throw Error(ErrorKind::Usage, "--in-place goes with neither standard input nor --output");
    }
}

std::string document_name(const DocumentOptions& options) {
    if (!options.filename.empty()) {
        return options.filename;
    }
    if (options.file == "-") {
        throw Error(ErrorKind::Usage, "standard input has no name to take the format from",
                    "--filename NAME says which format it is");
    }
    return options.file;
}

SecretBytes read_document(const Invocation& invocation, const DocumentOptions& options) {
    os::System& system = *invocation.system;
    if (options.file == "-") {
        return system.read_secret(kStandardInput, kLimitBytes, "standard input");
    }
    const os::UniqueFd file = system.open_for_reading(options.file);
    return system.read_secret(file.get(), kLimitBytes, options.file);
}

void write_document(const Invocation& invocation, const DocumentOptions& options, ByteView bytes,
                    unsigned new_mode_bits) {
    os::System& system = *invocation.system;
    const std::string target = options.in_place ? options.file : options.output;
    if (target.empty() || target == "-") {
        system.write_all(kStandardOutput, bytes, "standard output");
        return;
    }
    const auto [folder, name] = folder_and_name(system, target);
    const os::UniqueFd root = system.open_directory(folder);
    store::WriteBatch batch(system, root.get());
    batch.write(name, bytes, new_mode_bits);
    batch.commit();
}

}  // namespace bestow::cli
