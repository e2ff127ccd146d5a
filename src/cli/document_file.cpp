#include "cli/document_file.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/streams.hpp"
#include "store/atomic_write.hpp"
#include "store/place_in_store.hpp"

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

constexpr int kStandardInput = 0;
constexpr int kStandardOutput = 1;
constexpr std::size_t kLimitBytes = std::size_t{64} * 1024 * 1024;

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
    if (const auto place = store::place_in_store(system, target)) {
        const os::UniqueFd root = system.open_directory(place->root);
        store::WriteBatch batch(system, root.get());
        batch.write(place->name, bytes, new_mode_bits);
        batch.commit();
        return;
    }
    OutputFile output(system, target, new_mode_bits);
    output.write(bytes);
    output.commit();
}

}  // namespace bestow::cli
