#include "cli/sops_call.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/report.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

namespace bestow::cli {
namespace {

using sops::Format;

constexpr std::array<const char*, 21> kForeignFlags = {"kms",
                                                       "gcp-kms",
                                                       "hckms",
                                                       "azure-kv",
                                                       "hc-vault-transit",
                                                       "pgp",
                                                       "add-kms",
                                                       "rm-kms",
                                                       "add-gcp-kms",
                                                       "rm-gcp-kms",
                                                       "add-hckms",
                                                       "rm-hckms",
                                                       "add-azure-kv",
                                                       "rm-azure-kv",
                                                       "add-pgp",
                                                       "rm-pgp",
                                                       "add-hc-vault-transit",
                                                       "rm-hc-vault-transit",
                                                       "keyservice",
                                                       "aws-profile",
                                                       "encryption-context"};

std::optional<Format> format_named(const std::string& type) {
    for (const auto& [name, format] :
         {std::pair("yaml", Format::Yaml), std::pair("json", Format::Json), std::pair("dotenv", Format::Dotenv),
          std::pair("ini", Format::Ini), std::pair("binary", Format::Binary)}) {
        if (type == name) {
            return format;
        }
    }
    return std::nullopt;
}

/// --indent in the format's terms; a negative one that it does not take is an error when something is printed.
sops::Layout layout_of_flag(const std::string& text, Format format) {
    const int indent = std::stoi(text);
    const int least = format == Format::Yaml ? 0 : -1;
    if (indent < least) {
        throw SopsFailure(SopsStatus::CannotEmit, "--indent is negative");
    }
    return indent < 0 ? sops::Layout() : sops::Layout{static_cast<std::size_t>(indent), true};
}

std::optional<operations::CreationConfig> find_config(const SopsCall& call) {
    if (const std::string& path = call.global.text("config"); !path.empty()) {
        return operations::read_creation_config(call.system(), path);
    }
    std::vector<std::string> warnings;
    auto found = operations::find_creation_config(call.system(), ".", operations::LookFrom::WorkingDirectory, warnings);
    for (const std::string& warning : warnings) {
        report_warning(call.invocation.program_name, warning);
    }
    return found;
}

document::PathElement path_element(std::string_view component) {
    if (component.size() >= 2 && (component.front() == '"' || component.front() == '\'')) {
        return std::string(component.substr(1, component.size() - 2));
    }
    std::size_t index = 0;
    const auto result = std::from_chars(component.data(), component.data() + component.size(), index);
    if (component.empty() || result.ec != std::errc() || result.ptr != component.data() + component.size()) {
        throw Error(ErrorKind::Usage, "a part of the path is neither a quoted key nor the index of an item");
    }
    return index;
}

}  // namespace

Format sops_format(const SopsCall& call, const std::string& type_flag, const std::string& name) {
    const std::optional<Format> named = format_named(call.flags.text(type_flag));
    return named ? *named : sops::format_of(name);
}

std::string deciding_name(const SopsCall& call, const std::string& file) {
    const std::string& name = call.flags.text("filename-override");
    return name.empty() ? file : name;
}

const operations::CreationConfig* creation_config(const SopsCall& call) {
    if (!call.config.looked_for) {
        call.config.found = find_config(call);
        call.config.looked_for = true;
    }
    return call.config.found ? &*call.config.found : nullptr;
}

sops::Layout layout_for(const SopsCall& call, Format format) {
    if (call.global.given("indent")) {
        return layout_of_flag(call.global.text("indent"), format);
    }
    const operations::CreationConfig* const config = creation_config(call);
    if (config == nullptr) {
        return {};
    }
    const sops::StoreIndents& indents = config->rules.indents();
    if (format == Format::Yaml) {
        return {indents.yaml, true};
    }
    const std::optional<std::size_t>& json = format == Format::Binary ? indents.json_binary : indents.json;
    return json ? sops::Layout{*json, true} : sops::Layout();
}

void check_decryption_order(const SopsCall& call) {
    const std::string& order = call.flags.text("decryption-order");
    std::set<std::string_view> seen;
    for (const std::string_view kind : split(order, ',')) {
        if (!order.empty() && !seen.insert(kind).second) {
            throw SopsFailure(SopsStatus::DuplicateKeyType, format("--decryption-order names {} twice", quoted(kind)));
        }
    }
}

void refuse_foreign_flags(const SopsCall& call) {
    for (const std::string flag : kForeignFlags) {
        const bool means_nothing_alone = flag == "aws-profile" || flag == "encryption-context";
        if (!means_nothing_alone && !call.flags.text(flag).empty()) {
            throw SopsFailure(SopsStatus::Failed,
                              format("--{} is not supported: bestow encrypts to age keys only", flag),
                              "the sops of getsops.io does this");
        }
    }
}

bool changes_keys(const SopsCall& call) {
    for (const char* const kind : {"kms", "pgp", "gcp-kms", "hckms", "hc-vault-transit", "azure-kv", "age"}) {
        if (!call.flags.text(std::string("add-") + kind).empty() ||
            !call.flags.text(std::string("rm-") + kind).empty()) {
            return true;
        }
    }
    return false;
}

void check_output_flags(const SopsCall& call) {
    if (call.flags.boolean("in-place") && !call.flags.text("output").empty()) {
        throw SopsFailure(SopsStatus::ConflictingFlags, "--in-place and --output do not go together");
    }
}

std::string file_argument(const SopsCall& call) {
    const std::vector<std::string>& arguments = call.arguments();
    if (arguments.empty()) {
        throw SopsFailure(SopsStatus::NoFile, "no file is named");
    }
    if (arguments.size() > 1) {
        report_warning(call.invocation.program_name,
                       "there is more than one argument, and only the first one counts; flags come before it");
    }
    return arguments.front();
}

bool file_exists(os::System& system, const std::string& path) {
    try {
        (void)system.real_path(path);
        return true;
    } catch (const Error&) {
        return false;
    }
}

document::KeyPath parse_tree_path(std::string_view text) {
    document::KeyPath path;
    for (const std::string_view component : split(text, '[')) {
        if (component.empty()) {
            continue;
        }
        if (component.back() != ']') {
            throw Error(ErrorKind::Usage, "a part of the path does not end with ']'",
                        "a path looks like '[\"key\"][0]'");
        }
        path.push_back(path_element(component.substr(0, component.size() - 1)));
    }
    return path;
}

}  // namespace bestow::cli
