#include "cli/sops_file.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/document_file.hpp"
#include "cli/report.hpp"
#include "cli/store_options.hpp"
#include "operations/operator_identities.hpp"
#include "sops/emit_document.hpp"

#include <algorithm>

namespace bestow::cli {
namespace {

using sops::Format;

constexpr int kStandardInput = 0;
constexpr int kStandardOutput = 1;
constexpr std::size_t kLimitBytes = std::size_t{64} * 1024 * 1024;
constexpr unsigned kPlaintextMode = 0600;
constexpr unsigned kCiphertextMode = 0644;

/// X.Y.Z; versions 1.x are from before there was such a rule.
bool is_version(std::string_view text) {
    if (text.starts_with("1.")) {
        return true;
    }
    if (text.starts_with('v')) {
        text.remove_prefix(1);
    }
    const std::vector<std::string_view> parts = split(text.substr(0, text.find_first_of("-+")), '.');
    return parts.size() == 3 && std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
               return !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos &&
                      (part.size() == 1 || part.front() != '0');
           });
}

SecretBytes find_data_key(const SopsCall& call, const sops::EncryptedFile& file, const std::string& name) {
    const operations::OperatorIdentities identities =
        operations::load_sops_identities(call.system(), identity_request(call.invocation));
    for (const std::string& warning : identities.warnings) {
        report_warning(call.invocation.program_name, warning);
    }
    const sops::Metadata& metadata = file.metadata();
    if (metadata.age_entries().empty() && !metadata.groups.empty()) {
        throw Error(ErrorKind::NoIdentity, format("the keys of this file are of a kind that bestow does not use: {}",
                                                  join(metadata.foreign_kinds(), ", ")));
    }
    return operations::open_data_key(file, name, identities);
}

/// A document that opens once its MAC does not count has a wrong MAC.
[[noreturn]] void fail_to_open(sops::EncryptedFile& file, ByteView data_key, const Error& error) {
    try {
        file.ignore_mac();
        (void)file.decrypt_values(data_key);
    } catch (const Error&) {
        throw SopsFailure(SopsStatus::CannotDecrypt, error);
    }
    throw SopsFailure(SopsStatus::MacMismatch, error);
}

}  // namespace

SecretBytes read_sops_input(const SopsCall& call, const std::string& file) {
    return failing_with(SopsStatus::UnreadableInput, [&] {
        if (file.empty()) {
            return call.system().read_secret(kStandardInput, kLimitBytes, "standard input");
        }
        return call.system().read_secret(call.system().open_for_reading(file).get(), kLimitBytes, file);
    });
}

sops::EncryptedFile load_encrypted(const SopsCall& call, const std::string& file, Format format) {
    const SecretBytes bytes = read_sops_input(call, file);
    try {
        // A binary file is JSON with one key, and whoever sets or extracts something may name that key.
        const Format parsed_as = format == Format::Binary ? Format::Json : format;
        sops::EncryptedFile parsed = sops::EncryptedFile::parse(to_text(bytes.view()), parsed_as);
        if (!is_version(parsed.metadata().version)) {
            throw Error(ErrorKind::Format, "sops.version is no version like 3.13.3");
        }
        return parsed;
    } catch (Error& error) {
        error.add_context(file.empty() ? "standard input" : file);
        throw SopsFailure(SopsStatus::Failed, error);
    }
}

SecretBytes data_key_of(const SopsCall& call, const sops::EncryptedFile& file, const std::string& name) {
    return failing_with(SopsStatus::NoDataKey, [&] { return find_data_key(call, file, name); });
}

OpenedSopsFile open_encrypted(const SopsCall& call, const std::string& file, Format format) {
    const std::string name = file.empty() ? "standard input" : file;
    sops::EncryptedFile parsed = load_encrypted(call, file, format);
    SecretBytes key = data_key_of(call, parsed, name);
    if (call.flags.boolean("ignore-mac")) {
        parsed.ignore_mac();
    }
    try {
        std::vector<sops::PlainNode> roots = sops::decrypt_trees(parsed, key.view());
        return {std::move(parsed), std::move(key), std::move(roots)};
    } catch (Error& error) {
        error.add_context(name);
        fail_to_open(parsed, key.view(), error);
    }
}

SecretBytes emit_as(const sops::PlainNode& root, Format format) {
    return sops::emit_document({&root}, format, {});
}

std::vector<const sops::PlainNode*> all_documents(const std::vector<sops::PlainNode>& roots) {
    std::vector<const sops::PlainNode*> documents;
    documents.reserve(roots.size());
    for (const sops::PlainNode& root : roots) {
        documents.push_back(&root);
    }
    return documents;
}

SecretBytes emit_documents(const SopsCall& call, const std::vector<const sops::PlainNode*>& documents, Format format) {
    const sops::Layout layout = layout_for(call, format);
    return failing_with(SopsStatus::CannotEmit, [&] {
        if (documents.size() > 1 && format != Format::Yaml) {
            report_warning(call.invocation.program_name,
                           "only the first document is printed: no format but YAML holds several");
        }
        return sops::emit_document(documents, format, layout);
    });
}

void write_sops_file(const SopsCall& call, const std::string& file, ByteView bytes, Secrecy secrecy) {
    failing_with(SopsStatus::UnwritableOutput, [&] {
        if (file.starts_with("/dev/") || file.starts_with("/proc/")) {  // /dev/stdout leads to something without a name
            call.system().write_all(call.system().open_for_writing(file, kPlaintextMode).get(), bytes, file);
            return;
        }
        write_document(call.invocation, file, bytes, secrecy == Secrecy::Plaintext ? kPlaintextMode : kCiphertextMode);
    });
}

void write_sops_output(const SopsCall& call, const std::string& file, ByteView bytes, Secrecy secrecy) {
    if (call.flags.boolean("in-place")) {
        write_sops_file(call, file, bytes, secrecy);
    } else if (!call.flags.text("output").empty()) {
        write_sops_file(call, call.flags.text("output"), bytes, secrecy);
    } else {
        call.system().write_all(kStandardOutput, bytes, "standard output");
    }
}

}  // namespace bestow::cli
