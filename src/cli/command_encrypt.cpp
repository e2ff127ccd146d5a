#include "age/age.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "base/path.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/document_file.hpp"
#include "cli/report.hpp"
#include "cli/store_options.hpp"
#include "operations/operator_identities.hpp"
#include "operations/own_keys.hpp"
#include "os/system.hpp"
#include "sops/edit.hpp"
#include "sops/selector.hpp"
#include "store/stored_file.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

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
    std::string onto;
    std::array<std::string, kSelectorOptions.size()> patterns;
    ReaderOptions readers;
};

/// The one of the command line, if any.
std::optional<sops::SelectorRule> selector_of(const Options& options) {
    std::optional<sops::SelectorRule> rule;
    for (std::size_t index = 0; index < kSelectorOptions.size(); ++index) {
        if (options.patterns.at(index).empty()) {
            continue;
        }
        if (rule) {
            throw Error(ErrorKind::Usage, "at most one rule says what is encrypted");
        }
        rule = {kSelectorOptions.at(index).kind, options.patterns.at(index)};
    }
    return rule;
}

bool has_rule(const Options& options) {
    return std::any_of(options.patterns.begin(), options.patterns.end(),
                       [](const std::string& pattern) { return !pattern.empty(); });
}

/// What a `.sops.yaml` says of a file whose recipients the command line names.
sops::EncryptOptions options_but_recipients(const Invocation& invocation, const std::string& file) {
    os::System& system = *invocation.system;
    sops::EncryptOptions made;
    made.now = os::utc_timestamp(system.now());
    if (store::nearest_store(system, system.real_path("."))) {
        return made;
    }
    const operations::FilePolicy policy = operations::find_file_policy(system, file);
    if (policy.rule != nullptr && !store::nearest_store(system, policy.folder)) {
        made.selector = policy.rule->selector.value_or(made.selector);
        made.mac_only_encrypted = policy.rule->mac_only_encrypted;
        made.indents = policy.config->rules.indents();
    }
    return made;
}

class Encrypter {
  public:
    Encrypter(const Invocation& invocation, const Options& options)
        : invocation_(invocation), options_(options), rule_(selector_of(options)) {}

    SecretBytes encrypt(const std::string& name, const SecretBytes& plaintext) {
        if (options_.document.in_place && base_name(name) == store::kPolicyFile) {
            throw Error(ErrorKind::Usage, bestow::format("{} has to be readable: it says who reads what", name));
        }
        const sops::Format format = sops::format_of(name);
        if (age::looks_like_age_file(plaintext.view()) || sops::is_encrypted(as_text(plaintext.view()), format)) {
            throw Error(ErrorKind::Format, "this is encrypted already",
                        "bestow edit changes it, bestow sync its readers");
        }
        const sops::EncryptedText made =
            options_.onto.empty() ? encrypt_new(name, plaintext) : encrypt_onto(name, plaintext);
        if (made.aliases_expanded) {
            report_warning(invocation_.program_name,
                           bestow::format("{}: aliases were written out, since SOPS binds a value to its place", name));
        }
        return SecretBytes::copy_of(made.text);
    }

  private:
    [[nodiscard]] std::string now() const { return os::utc_timestamp(invocation_.system->now()); }

    /// For those on the command line, else for those whom the policy names, once they are confirmed.
    sops::EncryptedText encrypt_new(const std::string& name, const SecretBytes& plaintext) {
        sops::EncryptOptions made;
        if (!options_.recipients.empty()) {
            made = options_but_recipients(invocation_, name);
            made.recipients = options_.recipients;
        } else {
            operations::OpenStore& store = store_of(name);
            made = store.encrypt_options(name_in_store(store, name));
            (void)confirmed_readers(name);
        }
        made.selector = rule_.value_or(made.selector);
        return sops::encrypt_document(plaintext.view(), sops::format_of(name), made);
    }

    /// Under the older version's data key, for its readers, by its rule.
    sops::EncryptedText encrypt_onto(const std::string& name, const SecretBytes& plaintext) {
        const auto old = sops::EncryptedFile::parse(read_ciphertext(invocation_, options_.onto), sops::format_of(name));
        operations::OpenStore& store = store_of(name);
        if (store.file_policy() == nullptr || store.file_policy()->rule != nullptr) {
            check_readers(name, old);
        }
        const SecretBytes data_key = operations::open_data_key(old, options_.onto, store.identities());
        report_identity_warnings(invocation_, store);
        return sops::replace_document(old, data_key.view(), plaintext.view(), now());
    }

    /// One for all files where a bestow.yaml is; else each file has its own.
    operations::OpenStore& store_of(const std::string& name) {
        if (!store_ || store_->file_policy() != nullptr) {
            store_.emplace(open_store_of_file(invocation_, operations::OpenStore::Purpose::Reading, name));
        }
        return *store_;
    }

    std::vector<policy::Reader> confirmed_readers(const std::string& name) {
        operations::OpenStore& store = store_of(name);
        std::vector<policy::Reader> readers = store.readers_of(name_in_store(store, name));
        operations::confirm_readers(store, readers, confirmation_for(invocation_, options_.readers));
        return readers;
    }

    /// A new value is never encrypted to somebody who is not entitled to it, however he came to be in the old version.
    void check_readers(const std::string& name, const sops::EncryptedFile& old) {
        const store::Drift drift = store::find_drift(confirmed_readers(name), old);
        if (!drift.surplus.empty()) {
            throw Error(ErrorKind::Policy,
                        bestow::format("{} is also readable by {}, who should not", bestow::quoted(options_.onto),
                                       store::describe_recipient(store_->policy(), drift.surplus.front())),
                        "encrypt without --onto");
        }
        for (const policy::Reader& reader : drift.missing) {
            report_warning(invocation_.program_name,
                           bestow::format("{} cannot read {} yet: bestow sync", operations::describe_reader(reader),
                                          bestow::quoted(name)));
        }
    }

    const Invocation& invocation_;
    const Options& options_;
    std::optional<sops::SelectorRule> rule_;
    std::optional<operations::OpenStore> store_;
};

int act(const Invocation& invocation, const Options& options) {
    if (!options.onto.empty() &&
        (options.document.files.size() > 1 || !options.recipients.empty() || has_rule(options))) {
        throw Error(ErrorKind::Usage, "--onto takes one file, whose readers and rule are those of the older version");
    }
    Encrypter encrypter(invocation, options);
    convert_documents(invocation, options.document, kNewFileMode,
                      [&](const std::string& name, const std::string& file) {
                          return encrypter.encrypt(name, read_document(invocation, file));
                      });
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
    command->add_option("--onto", options->onto,
                        "Encrypt onto this older version: what did not change keeps its ciphertext");
    add_reader_options(*command, options->readers);
    command->footer(
        "The result goes to standard output, unless --in-place or --output is given. In a store, bestow.yaml says\n"
        "who can read it; where only a .sops.yaml is, its creation rules say that, and what is encrypted.\n\n"
        "Examples:\n"
        "  bestow encrypt --in-place secrets/db.yaml secrets/mail.json\n"
        "  bestow encrypt --onto secrets/db.yaml --output secrets/db.yaml db.plain.yaml\n"
        "  bestow encrypt --recipient age1... disk.key > disk.key.enc\n"
        "  kubectl create secret ... | bestow encrypt --filename k8s.yaml --encrypted-regex '^data$' -");
    command->callback(
        [&invocation, options] { invocation.action = [&invocation, options] { return act(invocation, *options); }; });
}

}  // namespace bestow::cli
