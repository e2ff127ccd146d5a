#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/audit_output.hpp"
#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "cli/shown.hpp"
#include "cli/store_options.hpp"
#include "cli/streams.hpp"
#include "operations/acknowledged_gaps.hpp"
#include "policy/path_pattern.hpp"

#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

using operations::AuditRequest;
using operations::AuditResult;
using operations::OpenStore;

constexpr int kExposed = 3;
constexpr int kIncomplete = 4;
constexpr std::size_t kMaxKeyFileBytes = std::size_t{1} * 1024 * 1024;

struct Options {
    std::vector<std::string> secrets;
    std::vector<std::string> files;
    std::string host;
    std::string operator_name;
    std::string key;
    bool all = false;
    bool no_cache = false;
    bool despite_gaps = false;
    std::vector<std::string> acknowledged;
    ReaderOptions asking;  ///< --yes alone
};

/// A recipient, or a file with public or private keys.
void add_key(const Invocation& invocation, const std::string& key, AuditRequest& request) {
    if (key.starts_with("SHA256:")) {
        request.keys.insert(key);
        return;
    }
    if (key.starts_with("age1") || key.starts_with("ssh-")) {
        request.keys.insert(age::normalize_recipient(key));
        return;
    }
    StandardInput standard_input;
    const SecretBytes content = read_input(*invocation.system, key, standard_input, kMaxKeyFileBytes);
    const std::string_view text = as_text(content.view());
    if (text.find("PRIVATE KEY") == std::string_view::npos && text.find("AGE-SECRET-KEY") == std::string_view::npos) {
        for (const auto& recipient : age::parse_recipients_file(content.view(), key)) {
            request.keys.insert(recipient->text());
        }
        return;
    }
    operations::IdentityRequest identities = identity_request(invocation);
    identities.at_once = true;
    request.key_identities = operations::parse_identity_file(*invocation.system, content.view(), key, identities);
    for (const auto& identity : request.key_identities) {
        request.keys.insert(identity->recipient_text());
    }
    if (request.keys.empty()) {
        throw Error(ErrorKind::Usage, format("{} holds no key", bestow::quoted(key)));
    }
}

/// A secret, or those that a pattern names.
void add_secrets(const policy::Policy& policy, const std::string& name, std::set<std::string>& secrets) {
    if (!policy::has_wildcard(name)) {
        secrets.insert(operations::find_declared(policy, name).name);
        return;
    }
    const std::size_t before = secrets.size();
    for (const policy::Secret& secret : policy.secrets) {
        if (policy::matches_path(name, secret.name)) {
            secrets.insert(secret.name);
        }
    }
    if (secrets.size() == before) {
        throw Error(ErrorKind::NotFound, format("no secret's name is like {}", bestow::quoted(name)));
    }
}

AuditRequest request_for(const Invocation& invocation, const OpenStore& store, const Options& options) {
    AuditRequest request;
    request.all = options.all;
    request.use_cache = !options.no_cache;
    for (const std::string& secret : options.secrets) {
        add_secrets(store.policy(), secret, request.secrets);
    }
    for (const std::string& file : options.files) {
        request.files.insert(name_in_store(store.store(), file));
    }
    request.host = options.host;
    request.operator_name = options.operator_name;
    if (!options.key.empty()) {
        add_key(invocation, options.key, request);
    }
    return request;
}

/// Shows them and asks, then remembers them.
void acknowledge(const Invocation& invocation, const OpenStore& store, const Options& options, AuditResult& result) {
    const std::vector<history::Unreadable> gaps = operations::find_gaps(result, options.acknowledged);
    if (gaps.empty()) {
        return;
    }
    std::cerr << "Nobody can say what these hid:\n";
    for (const history::Unreadable& gap : gaps) {
        std::cerr << shown_line(format("  {} (gap {})", described(gap), gap.gap)) << '\n';
    }
    if (!confirmed_to_go_on(invocation, options.asking, "Leave them out of your audits of this store from now on?")) {
        throw Error(ErrorKind::Failed, "nothing was changed");
    }
    operations::acknowledge_gaps(store, gaps);
    operations::set_acknowledged_aside(store, result);
}

int act(const Invocation& invocation, const Options& options) {
    OpenStore store = open_store(invocation, OpenStore::Purpose::Reading);
    AuditRequest request = request_for(invocation, store, options);
    AuditResult result;
    {
        Progress progress(*invocation.system);
        request.progress = [&](std::size_t done, std::size_t total) { progress.show(done, total); };
        result = operations::audit_store(store, request);
    }
    report_identity_warnings(invocation, store);
    acknowledge(invocation, store, options, result);
    if (invocation.json) {
        print_audit_json(std::cout, result);
    } else {
        print_audit(std::cout, result);
    }
    if (!result.exposures.empty() || !result.entitled.empty()) {
        return kExposed;
    }
    return result.complete || options.despite_gaps ? 0 : kIncomplete;
}

}  // namespace

void add_audit_command(CLI::App& parser, Invocation& invocation) {
    auto options = std::make_shared<Options>();
    CLI::App* const command =
        parser.add_subcommand("audit", "Which keys could ever read a value that is still in use, and may not");
    command->add_option("names", options->secrets,
                        "Only these secrets, or patterns of names as 'powerdns/*' (default: every encrypted value)");
    command->add_option("-f,--file", options->files, "Only the values of this file; may be given again")
        ->allow_extra_args(false);
    CLI::Option* const host = command->add_option(
        "--host", options->host, "Only what this host's keys could read, old ones and of removed hosts");
    CLI::Option* const operator_name = command->add_option("--operator", options->operator_name,
                                                           "Only what this operator's keys could read, likewise");
    CLI::Option* const key = command->add_option(
        "--key", options->key,
        "Only what this key could read: a recipient, the SHA256:... of an SSH key, or a file with a public or a "
        "private key");
    command->add_flag("--all", options->all, "Every ref and reflog entry, not only what HEAD leads to");
    command->add_flag("--no-cache", options->no_cache, "Read the whole history anew, and keep nothing of it");
    command->add_flag("--despite-gaps", options->despite_gaps,
                      "What could not be looked at, now or ever, is told, and is no reason for exit status 4");
    CLI::Option* const acknowledged =
        command
            ->add_option("--acknowledge-gap", options->acknowledged,
                         "Remember, for you and this store, that nothing can mend this gap; may be given again")
            ->allow_extra_args(false);
    command->add_flag("-y,--yes", options->asking.yes, "Acknowledge without asking")->needs(acknowledged);
    host->excludes(operator_name)->excludes(key);
    operator_name->excludes(key);
    command->footer(
        "Reads the store's git history. Exit status 3 when a value is exposed, or when a key that was asked about is\n"
        "entitled; 4 when nothing is, as far as could be looked; 1 when there is no history. Without a\n"
        "private key some answers are upper bounds, and say so. Ends with the commands that close the exposure.\n\n"
        "Examples:\n"
        "  bestow audit\n"
        "  bestow audit --host web3\n"
        "  bestow audit --key stolen-laptop.pub --json");
    command->callback(
        [&invocation, options] { invocation.action = [&invocation, options] { return act(invocation, *options); }; });
}

}  // namespace bestow::cli
