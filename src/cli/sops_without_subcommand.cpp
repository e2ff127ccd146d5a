#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/report.hpp"
#include "cli/sops_call.hpp"
#include "cli/sops_set.hpp"

#include <algorithm>

// The forms from before there were subcommands: sops -d FILE, sops --set '["a"] 1' FILE, sops FILE.

namespace bestow::cli {
namespace {

/// '["a"][0] "value"', split behind the first bracket that a space follows.
int set_value(const SopsCall& call, const std::string& file) {
    const std::string& argument = call.flags.text("set");
    const std::size_t end = argument.find("] ");
    if (end == std::string::npos) {
        throw SopsFailure(SopsStatus::BadSetArguments, "--set takes a path, a space and a value");
    }
    const document::KeyPath path =
        failing_with(SopsStatus::BadSetArguments, [&] { return parse_tree_path(argument.substr(0, end + 1)); });
    return set_in_file(call, file, path, as_bytes(std::string_view(argument).substr(end + 2)));
}

}  // namespace

int sops_without_subcommand(const SopsCall& call) {
    const FlagValues& flags = call.flags;
    const std::string file = file_argument(call);
    check_output_flags(call);
    const bool exists = file_exists(call.system(), file);
    const bool sets = !flags.text("set").empty();
    const bool needs_file = flags.boolean("encrypt") || flags.boolean("decrypt") || flags.boolean("rotate");
    if (!exists && changes_keys(call)) {
        throw SopsFailure(SopsStatus::KeysOfMissingFile,
                          format("there is no file {} whose keys could be changed", quoted(file)));
    }
    if (!exists && needs_file) {
        throw SopsFailure(SopsStatus::NoFile, format("there is no file {}", quoted(file)));
    }
    if (flags.boolean("encrypt") + flags.boolean("decrypt") + flags.boolean("rotate") + sets > 1) {
        report_warning(call.invocation.program_name,
                       "of --encrypt, --decrypt, --rotate and --set, only the last one in this order counts");
    }
    if (sets) {
        return set_value(call, file);
    }
    if (flags.boolean("rotate")) {
        return sops_rotate(call);
    }
    if (flags.boolean("decrypt")) {
        return sops_decrypt(call);
    }
    if (flags.boolean("encrypt")) {
        return sops_encrypt(call);
    }
    return sops_edit(call);
}

}  // namespace bestow::cli
