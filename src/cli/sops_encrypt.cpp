#include "cli/sops_encrypt.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/report.hpp"
#include "cli/sops_file.hpp"
#include "os/system.hpp"
#include "sops/document_format.hpp"
#include "sops/shamir.hpp"
#include "sops/walk.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace bestow::cli {
namespace {

using sops::Format;
using sops::SelectorKind;

constexpr std::array<std::pair<const char*, SelectorKind>, 6> kSelectors = {{
    {"unencrypted-suffix", SelectorKind::UnencryptedSuffix},
    {"encrypted-suffix", SelectorKind::EncryptedSuffix},
    {"unencrypted-regex", SelectorKind::UnencryptedRegex},
    {"encrypted-regex", SelectorKind::EncryptedRegex},
    {"unencrypted-comment-regex", SelectorKind::UnencryptedCommentRegex},
    {"encrypted-comment-regex", SelectorKind::EncryptedCommentRegex},
}};

/// The subcommand has no flags for comments; upstream then takes no notice of them, and encrypts everything.
const std::string& pattern_of(const SopsCall& call, const char* flag) {
    const std::string& own = call.flags.text(flag);
    return own.empty() && std::string_view(flag).ends_with("comment-regex") ? call.global.text(flag) : own;
}

/// Flags first, then the rule; each of the six kinds apart, as upstream has it.
sops::SelectorRule selector_for(const SopsCall& call, const sops::CreationRule* rule, Format input) {
    sops::SelectorRule selector;
    std::size_t given = 0;
    for (const auto& [flag, kind] : kSelectors) {
        std::string pattern = pattern_of(call, flag);
        if (pattern.empty() && rule != nullptr && rule->selector && rule->selector->kind == kind) {
            pattern = rule->selector->pattern;
        }
        if (!pattern.empty()) {
            selector = {kind, pattern};
            ++given;
        }
    }
    if (given > 0 && input == Format::Binary) {
        report_warning(call.invocation.program_name,
                       "a binary file is one value: no rule says what in it is encrypted");
        return {};
    }
    if (given > 1) {
        throw SopsFailure(SopsStatus::ConflictingFlags, "only one rule can say what is encrypted");
    }
    return selector;
}

std::vector<std::string> recipients_of_flag(const std::string& list) {
    std::vector<std::string> recipients;
    for (const std::string_view recipient : split(list, ',')) {
        recipients.emplace_back(trim(recipient));
    }
    return recipients;
}

void check_encryption_context(const SopsCall& call) {
    const std::string& context = call.flags.text("encryption-context");
    for (const std::string_view pair : split(context, ',')) {
        if (!context.empty() && split(pair, ':').size() != 2) {
            throw SopsFailure(SopsStatus::BadEncryptionContext, "--encryption-context takes key:value pairs");
        }
    }
}

sops::RecipientGroups recipients_for(const SopsCall& call, const sops::CreationRule* rule) {
    check_encryption_context(call);
    refuse_foreign_flags(call);
    sops::RecipientGroups recipients;
    if (const std::string& list = call.flags.text("age"); !list.empty()) {
        recipients.groups.push_back(recipients_of_flag(list));
        recipients.threshold = rule == nullptr ? 0 : rule->shamir_threshold;
    } else if (rule != nullptr) {
        recipients = recipients_of_rule(*rule);
    } else {
        throw SopsFailure(SopsStatus::Failed, "there is nobody to encrypt to",
                          "--age, SOPS_AGE_RECIPIENTS or a creation rule in .sops.yaml names recipients");
    }
    recipients.threshold = threshold_flag(call).value_or(recipients.threshold);
    return recipients;
}

}  // namespace

std::optional<std::size_t> threshold_flag(const SopsCall& call) {
    const std::string& text = call.flags.text("shamir-secret-sharing-threshold");
    std::size_t threshold = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), threshold);
    if (text.empty() || (error == std::errc() && end == text.data() + text.size() && threshold == 0)) {
        return std::nullopt;
    }
    if (error != std::errc() || end != text.data() + text.size() || threshold > sops::kMostShares) {
        throw SopsFailure(SopsStatus::Failed, "--shamir-secret-sharing-threshold takes a number from 2 to 255");
    }
    return threshold;
}

sops::RecipientGroups recipients_of_rule(const sops::CreationRule& rule) {
    sops::check_own_recipients(rule);
    sops::RecipientGroups recipients;
    for (const sops::RecipientGroup& group : rule.groups) {
        recipients.groups.push_back(group.age);
    }
    recipients.threshold = rule.shamir_threshold;
    return recipients;
}

const sops::CreationRule* creation_rule(const SopsCall& call, const operations::CreationConfig* config,
                                        const std::string& name) {
    if (config == nullptr || !config->rules.has_rules()) {
        return nullptr;
    }
    const sops::CreationRule* const rule = operations::find_rule(call.system(), *config, name);
    if (rule == nullptr) {
        throw SopsFailure(SopsStatus::Failed, format("no creation rule in {} fits {}", config->path, quoted(name)));
    }
    return rule;
}

sops::EncryptOptions encrypt_options(const SopsCall& call, const sops::CreationRule* rule, Format input) {
    sops::EncryptOptions options;
    options.selector = selector_for(call, rule, input);
    sops::RecipientGroups recipients = recipients_for(call, rule);
    for (const std::vector<std::string>& group : recipients.groups) {
        for (const std::string& recipient : group) {
            (void)age::parse_recipient(recipient);
        }
    }
    options.groups = std::move(recipients.groups);
    options.shamir_threshold = recipients.threshold;
    options.mac_only_encrypted =
        call.global.boolean("mac-only-encrypted") || (rule != nullptr && rule->mac_only_encrypted);
    const std::size_t indent = layout_for(call, input).indent;
    if (input == Format::Yaml && indent != 0) {
        options.indents.yaml = indent;
    } else if (input == Format::Binary && layout_for(call, input).indent_is_given) {
        options.indents.json_binary = indent;
    }
    options.now = os::utc_timestamp(call.system().now());
    return options;
}

void check_plaintext(ByteView text, Format input) {
    if (input == Format::Binary) {
        return;
    }
    const document::Document parsed =
        failing_with(SopsStatus::UnreadableInput, [&] { return sops::document_format(input).parse(to_text(text)); });
    if (parsed.roots.empty()) {
        throw SopsFailure(SopsStatus::NoDocument, "the file is empty: it needs a document");
    }
    for (const document::Node& root : parsed.roots) {
        if (root.kind != document::Kind::Mapping && (input == Format::Json || root.kind != document::Kind::Null)) {
            throw SopsFailure(SopsStatus::UnreadableInput,
                              format("line {}: the document is not a mapping", root.at.line));
        }
    }
    if (parsed.roots.front().find(sops::kMetadataKey) != nullptr) {
        throw SopsFailure(SopsStatus::AlreadyEncrypted,
                          "the file has a top-level entry 'sops': it is encrypted already", "sops edit changes it");
    }
}

std::string encrypt_plaintext(const SopsCall& call, ByteView plaintext, const EncryptFormats& formats,
                              const sops::EncryptOptions& options) {
    check_plaintext(plaintext, formats.input);
    // An encrypted binary file is JSON, and so is whatever else is written as one.
    const Format output =
        formats.output == Format::Binary && formats.input != Format::Binary ? Format::Json : formats.output;
    return failing_with(SopsStatus::CannotEncrypt, [&] {
        if (formats.input == output) {
            return sops::encrypt_document(plaintext, output, options).text;
        }
        const std::vector<sops::PlainNode> roots = sops::parse_plain_trees(plaintext, formats.input);
        const SecretBytes converted = emit_documents(call, all_documents(roots), output);
        return sops::encrypt_document(converted.view(), output, options).text;
    });
}

int sops_encrypt(const SopsCall& call) {
    const bool from_stdin = call.arguments().empty();
    if (from_stdin && call.flags.boolean("in-place")) {
        throw SopsFailure(SopsStatus::ConflictingFlags, "--in-place does not go with standard input");
    }
    if (from_stdin && call.flags.text("filename-override").empty()) {
        throw SopsFailure(SopsStatus::ConflictingFlags, "standard input needs a name: --filename-override");
    }
    check_output_flags(call);
    const std::string file = from_stdin ? std::string() : file_argument(call);
    if (!from_stdin && !file_exists(call.system(), file)) {
        throw SopsFailure(SopsStatus::NoFile, format("there is no file {}", quoted(file)));
    }
    const std::string name = deciding_name(call, file);
    const EncryptFormats formats = {sops_format(call, "input-type", name), sops_format(call, "output-type", name)};
    const sops::EncryptOptions options =
        encrypt_options(call, creation_rule(call, creation_config(call), name), formats.input);
    const SecretBytes plaintext = read_sops_input(call, file);
    const std::string ciphertext = encrypt_plaintext(call, plaintext.view(), formats, options);
    write_sops_output(call, file, as_bytes(ciphertext), Secrecy::Ciphertext);
    return 0;
}

}  // namespace bestow::cli
