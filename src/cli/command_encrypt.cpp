#include "age/age.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "cli/commands.hpp"
#include "cli/document_file.hpp"
#include "cli/report.hpp"
#include "cli/store_options.hpp"
#include "os/system.hpp"
#include "sops/edit.hpp"
#include "sops/selector.hpp"

#include <array>
#include <memory>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

constexpr unsigned kNewFileMode = 0644;

struct SelectorOption {
    sops::SelectorKind kind;
    const char* name;
    const char* help;
};
constexpr std::array<SelectorOption, 6> kSelectorOptions = {{
    {sops::SelectorKind::UnencryptedSuffix, "--unencrypted-suffix", "Leave values plain whose key ends so"},
    {sops::SelectorKind::EncryptedSuffix, "--encrypted-suffix", "Encrypt only values whose key ends so"},
    {sops::SelectorKind::UnencryptedRegex, "--unencrypted-regex", "Leave values plain whose key fits (RE2)"},
    {sops::SelectorKind::EncryptedRegex, "--encrypted-regex", "Encrypt only values whose key fits (RE2)"},
    {sops::SelectorKind::UnencryptedCommentRegex, "--unencrypted-comment-regex",
     "Leave values plain below a comment that fits"},
    {sops::SelectorKind::EncryptedCommentRegex, "--encrypted-comment-regex",
     "Encrypt only values below a comment that fits"},
}};

struct Options {
    DocumentOptions document;
    std::vector<std::string> recipients;
    std::array<std::string, kSelectorOptions.size()> patterns;
    ReaderOptions readers;
};

sops::SelectorRule selector_of(const Options& options) {
    sops::SelectorRule rule;
    std::size_t given = 0;
    for (std::size_t index = 0; index < kSelectorOptions.size(); ++index) {
        if (!options.patterns.at(index).empty()) {
            rule = {kSelectorOptions.at(index).kind, options.patterns.at(index)};
            ++given;
        }
    }
    if (given > 1) {
        throw Error(ErrorKind::Usage, "at most one rule says what is encrypted");
    }
    return rule;
}

/// Whom a file is encrypted to: those on the command line, else those whom the store's policy names, once they are
/// confirmed.
std::vector<std::string> recipients_for(const Invocation& invocation, const Options& options, const std::string& file) {
    if (!options.recipients.empty()) {
        return options.recipients;
    }
    const std::optional<store::Store> there = store::Store::try_open(*invocation.system, invocation.store_directory);
    if (!there) {
        throw Error(ErrorKind::Usage, "there is nobody to encrypt to: no store is here",
                    "--recipient KEY names somebody, --store DIR a store");
    }
    const operations::OpenStore store = open_store(invocation, operations::OpenStore::Purpose::Reading);
    const std::vector<policy::Reader> readers = store.readers_of(name_in_store(store.store(), file));
    operations::confirm_readers(*invocation.system, store.store().path(), readers,
                                confirmation_for(invocation, options.readers));
    return operations::recipients_of(readers);
}

int act(const Invocation& invocation, const Options& options) {
    check_document_options(options.document);
    const std::string name = document_name(options.document);
    if (options.document.in_place && name.substr(name.rfind('/') + 1) == store::kPolicyFile) {
        throw Error(ErrorKind::Usage, bestow::format("{} has to be readable: it says who reads what", name));
    }
    const sops::Format format = sops::format_of(name);
    const SecretBytes plaintext = read_document(invocation, options.document);
    sops::EncryptedText made;
    try {
        if (age::looks_like_age_file(plaintext.view()) || sops::is_encrypted(as_text(plaintext.view()), format)) {
            throw Error(ErrorKind::Format, "this is encrypted already",
                        "bestow edit changes it, bestow sync its readers");
        }
        made = sops::encrypt_document(plaintext.view(), format,
                                      {recipients_for(invocation, options, name), selector_of(options),
                                       os::utc_timestamp(invocation.system->now())});
    } catch (Error& error) {
        error.add_context(name);
        throw;
    }
    if (made.aliases_expanded) {
        report_warning(invocation.program_name,
                       bestow::format("{}: aliases were written out, since SOPS binds a value to its place", name));
    }
    write_document(invocation, options.document, as_bytes(made.text), kNewFileMode);
    return 0;
}

}  // namespace

void add_encrypt_command(CLI::App& parser, Invocation& invocation) {
    auto options = std::make_shared<Options>();
    CLI::App* const command = parser.add_subcommand("encrypt", "Encrypt a whole file");
    add_document_options(*command, options->document);
    command
        ->add_option("-r,--recipient", options->recipients,
                     "Encrypt to this age or SSH key instead of the store's readers; may be given again")
        ->allow_extra_args(false);
    for (std::size_t index = 0; index < kSelectorOptions.size(); ++index) {
        command->add_option(kSelectorOptions.at(index).name, options->patterns.at(index),
                            kSelectorOptions.at(index).help);
    }
    add_reader_options(*command, options->readers);
    command->footer(
        "The result goes to standard output, unless --in-place or --output is given. In a store, bestow.yaml says\n"
        "who can read it.\n\n"
        "Examples:\n"
        "  bestow encrypt --in-place secrets/db.yaml\n"
        "  bestow encrypt --recipient age1... disk.key > disk.key.enc\n"
        "  kubectl create secret ... | bestow encrypt --filename k8s.yaml --encrypted-regex '^data$' -");
    command->callback(
        [&invocation, options] { invocation.action = [&invocation, options] { return act(invocation, *options); }; });
}

}  // namespace bestow::cli
