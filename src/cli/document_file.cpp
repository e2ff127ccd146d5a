#include "cli/document_file.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/progress.hpp"
#include "cli/report.hpp"
#include "cli/streams.hpp"
#include "store/atomic_write.hpp"
#include "store/place_in_store.hpp"

#include <algorithm>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

constexpr int kStandardInput = 0;
constexpr int kStandardOutput = 1;
constexpr std::size_t kLimitBytes = std::size_t{64} * 1024 * 1024;

/// One file on its way: where it comes from is where it goes with --in-place.
struct Converted {
    std::string target;  ///< empty for standard output
    SecretBytes bytes;
};

void check_options(const DocumentOptions& options) {
    const bool from_stream = std::find(options.files.begin(), options.files.end(), "-") != options.files.end();
    if (options.in_place && (from_stream || !options.output.empty())) {
        throw Error(ErrorKind::Usage, "--in-place goes with neither standard input nor --output");
    }
    if (options.files.size() > 1 && (!options.in_place || !options.filename.empty())) {
        throw Error(ErrorKind::Usage, "several files go with --in-place, and without --filename");
    }
}

std::string name_of(const DocumentOptions& options, const std::string& file) {
    if (!options.filename.empty()) {
        return options.filename;
    }
    if (file == "-") {
        throw Error(ErrorKind::Usage, "standard input has no name to take the format from",
                    "--filename NAME says which format it is");
    }
    return file;
}

SecretBytes convert_one(const DocumentOptions& options, const std::string& file, const ConvertDocument& convert) {
    const std::string name = name_of(options, file);
    try {
        return convert(name, file);
    } catch (Error& error) {
        if (error.message().find(name) == std::string::npos) {
            error.add_context(name);
        }
        throw;
    }
}

/// Several errors are told as they come; the last one is the command's.
std::vector<Converted> convert_all(const Invocation& invocation, const DocumentOptions& options,
                                   const ConvertDocument& convert) {
    std::vector<Converted> done;
    std::optional<Error> failure;
    Progress progress(*invocation.system);
    for (const std::string& file : options.files) {
        progress.show(done.size(), options.files.size());
        try {
            done.push_back({options.in_place ? file : options.output, convert_one(options, file, convert)});
        } catch (const Error& error) {
            if (failure) {
                report_error(invocation.program_name, *failure);
            }
            failure = error;
        }
    }
    if (failure) {
        throw Error(*failure);
    }
    return done;
}

void write_files(os::System& system, const std::vector<Converted>& files, unsigned new_mode_bits) {
    std::map<std::string, std::pair<os::UniqueFd, std::unique_ptr<store::WriteBatch>>> stores;
    std::list<OutputFile> others;
    for (const Converted& file : files) {
        const auto place = store::place_in_store(system, file.target);
        if (!place) {
            others.emplace_back(system, file.target, new_mode_bits).write(file.bytes.view());
            continue;
        }
        auto& [root, batch] = stores[place->root];
        if (!batch) {
            root = system.open_directory(place->root);
            batch = std::make_unique<store::WriteBatch>(system, root.get());
        }
        batch->write(place->name, file.bytes.view(), new_mode_bits);
    }
    bool written = false;
    try {
        for (auto& [path, store] : stores) {
            store.second->commit();
            written = true;
        }
        for (OutputFile& file : others) {
            file.commit();
            written = true;
        }
    } catch (Error& error) {
        throw written ? error.mark_partial() : error;
    }
}

}  // namespace

void add_document_options(CLI::App& command, DocumentOptions& options) {
    command.add_option("file", options.files, "The file; '-' for standard input; several with --in-place")->required();
    command.add_flag("-i,--in-place", options.in_place, "Write the result into the same file");
    command.add_option("-o,--output", options.output, "Write the result into this file");
    command.add_option("--filename", options.filename,
                       "Take the format from this name: .yaml, .yml, .json, .env, .ini; anything else is binary");
}

SecretBytes read_document(const Invocation& invocation, const std::string& path) {
    os::System& system = *invocation.system;
    if (path == "-") {
        return system.read_secret(kStandardInput, kLimitBytes, "standard input");
    }
    const os::UniqueFd file = system.open_for_reading(path);
    return system.read_secret(file.get(), kLimitBytes, path);
}

std::string read_ciphertext(const Invocation& invocation, const std::string& path) {
    os::System& system = *invocation.system;
    if (path == "-") {
        return system.read_text(kStandardInput, kLimitBytes, "standard input");
    }
    const os::UniqueFd file = system.open_for_reading(path);
    return system.read_text(file.get(), kLimitBytes, path);
}

void write_document(const Invocation& invocation, const std::string& target, ByteView bytes, unsigned new_mode_bits) {
    std::vector<Converted> files;
    files.push_back({target, SecretBytes::copy_of(bytes)});
    write_files(*invocation.system, files, new_mode_bits);
}

void convert_documents(const Invocation& invocation, const DocumentOptions& options, unsigned new_mode_bits,
                       const ConvertDocument& convert) {
    check_options(options);
    const std::vector<Converted> done = convert_all(invocation, options, convert);
    if (done.size() == 1 && is_standard_stream(done.front().target)) {
        invocation.system->write_all(kStandardOutput, done.front().bytes.view(), "standard output");
        return;
    }
    write_files(*invocation.system, done, new_mode_bits);
}

}  // namespace bestow::cli
