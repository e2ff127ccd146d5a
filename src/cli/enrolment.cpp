#include "cli/enrolment.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/progress.hpp"
#include "cli/report.hpp"
#include "cli/sync_output.hpp"
#include "operations/reader_change.hpp"
#include "operations/reader_scope.hpp"
#include "ssh/private_key.hpp"
#include "ssh/public_key.hpp"

#include <algorithm>
#include <iostream>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

using policy::Reader;

constexpr std::size_t kKeyFileBytes = std::size_t{64} * 1024;
constexpr int kPartly = 4;

void append_key_lines(std::vector<std::string>& keys, std::string_view text) {
    for (const std::string_view line : split(text, '\n')) {
        const std::string_view key = trim(line);
        if (!key.empty() && key.front() != '#') {
            keys.emplace_back(key);
        }
    }
}

void refuse_private_key(std::string_view text, const std::string& where) {
    if (text.find("AGE-SECRET-KEY-") != std::string_view::npos ||
        text.find("PRIVATE KEY-----") != std::string_view::npos) {
        throw Error(ErrorKind::Usage, format("{} is a private key; the public one goes into bestow.yaml", where),
                    "an SSH key's public half is in its .pub file; `bestow key convert` shows an age identity's");
    }
}

std::vector<std::string> keyscan_command(const std::string& address) {
    if (address.empty() || address.front() == '-') {
        throw Error(ErrorKind::Usage, format("{} is no address", bestow::quoted(address)));
    }
    const std::size_t colon = address.rfind(':');
    const bool has_port = colon != std::string::npos && address.find(':') == colon;  // more of them: IPv6
    std::vector<std::string> argv = {"ssh-keyscan", "-t", "ed25519"};
    if (has_port) {
        argv.insert(argv.end(), {"-p", address.substr(colon + 1)});
    }
    argv.push_back(has_port ? address.substr(0, colon) : address);
    return argv;
}

/// Refuses what is no recipient, from the key at `first` on; `where` they come from goes into the message.
void check_keys(const std::vector<std::string>& keys, std::size_t first, const std::string& where) {
    for (std::size_t i = first; i < keys.size(); ++i) {
        try {
            (void)age::normalize_recipient(keys[i]);
        } catch (Error& error) {
            error.add_context(where);
            throw;
        }
    }
}

/// "address ssh-ed25519 AAAA..." lines to the one key that they all show.
std::string scanned_key(std::string_view output, const std::string& address) {
    std::vector<std::string> keys;
    for (const std::string_view line : split(output, '\n')) {
        const std::size_t space = line.find(' ');
        if (trim(line).empty() || line.front() == '#' || space == std::string_view::npos) {
            continue;
        }
        const std::string key = ssh::parse_public_key(trim(line.substr(space + 1))).text();
        if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
            keys.push_back(key);
        }
    }
    if (keys.size() != 1) {
        throw Error(ErrorKind::Failed,
                    keys.empty() ? format("{} shows no ed25519 host key", bestow::quoted(address))
                                 : format("{} shows several host keys", bestow::quoted(address)),
                    "take the key from the machine itself: /etc/ssh/ssh_host_ed25519_key.pub, with --key-file");
    }
    return keys.front();
}

/// As they will be in files.
std::vector<Reader> readers_of(const policy::Policy& policy, const Enrolment& who) {
    const bool is_host = who.kind == Reader::Kind::Host;
    const std::vector<policy::Key>& keys =
        is_host ? policy.find_host(who.name)->keys : policy.find_operator(who.name)->keys;
    std::vector<Reader> readers;
    std::transform(keys.begin(), keys.end(), std::back_inserter(readers), [&](const policy::Key& key) {
        return Reader{who.kind, who.name, is_host ? age::recipient_as_x25519(key.recipient) : key.recipient,
                      key.recipient};
    });
    return readers;
}

}  // namespace

void add_key_options(CLI::App& command, KeyOptions& options) {
    command.add_option("--key", options.keys, "A public key: ssh-ed25519, ssh-rsa or age1...; may be given again")
        ->allow_extra_args(false);
    command.add_option("--key-file", options.files, "A file with public keys, one a line; may be given again")
        ->allow_extra_args(false);
}

void add_scan_options(CLI::App& command, KeyOptions& options) {
    command.add_option("--scan", options.scan, "Ask ADDRESS for its SSH host key; shows the fingerprint, and asks");
    command.add_option("--accept-fingerprint", options.accepted_fingerprint,
                       "SHA256:... that --scan must find; for scripts");
}

std::vector<std::string> read_public_keys(const Invocation& invocation, const KeyOptions& options) {
    std::vector<std::string> keys;
    for (const std::string& key : options.keys) {
        refuse_private_key(key, "--key");
        append_key_lines(keys, key);
    }
    check_keys(keys, 0, "--key");
    for (const std::string& path : options.files) {
        const auto file = invocation.system->try_open_file(path);
        if (!file) {
            throw Error(ErrorKind::NotFound, format("there is no file {}", bestow::quoted(path)));
        }
        std::string text = invocation.system->read_text(file->get(), kKeyFileBytes, path);
        try {
            refuse_private_key(text, bestow::quoted(path));
        } catch (const Error&) {
            wipe(text);
            throw;
        }
        const std::size_t before = keys.size();
        append_key_lines(keys, text);
        if (keys.size() == before) {
            throw Error(ErrorKind::Usage, format("there is no key in {}", bestow::quoted(path)));
        }
        check_keys(keys, before, path);
    }
    return keys;
}

std::string fingerprint_of(const std::string& key) {
    return key.starts_with("ssh-") ? ssh::parse_public_key(key).fingerprint() : key;
}

std::string scan_host_key(const Invocation& invocation, const KeyOptions& options) {
    const std::string output = invocation.system->run_for_output(keyscan_command(options.scan), {}, kKeyFileBytes);
    const std::string key = scanned_key(output, options.scan);
    const std::string fingerprint = fingerprint_of(key);
    if (!options.accepted_fingerprint.empty()) {
        if (options.accepted_fingerprint != fingerprint) {
            throw Error(ErrorKind::Failed,
                        format("{} has the host key {}, not {}; nothing was changed", bestow::quoted(options.scan),
                               fingerprint, options.accepted_fingerprint));
        }
        return key;
    }
    if (!invocation.terminal->available()) {
        throw Error(
            ErrorKind::Usage,
            format("{} has the host key {}, and there is no terminal to ask at", bestow::quoted(options.scan),
                   fingerprint),
            format("compare it with the machine's own (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), then add "
                   "--accept-fingerprint {}",
                   fingerprint));
    }
    std::cerr << format("{} has the host key\n  {}\n", bestow::quoted(options.scan), fingerprint)
              << "On the machine itself, `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` shows the same.\n";
    if (!invocation.terminal->confirm("Is it the same?")) {
        throw Error(ErrorKind::Failed, "nothing was changed");
    }
    return key;
}

void expect_some_open(operations::OpenStore& store, const operations::SyncPlan& plan) {
    std::optional<Error> error = operations::why_all_are_closed(store, plan);
    if (error && error->kind() == ErrorKind::NoIdentity) {
        error->set_hint(format("--identity FILE names a key that opens it, --no-sync only declares{}{}",
                               error->hint().empty() ? "" : "; ", error->hint()));
    }
    if (error) {
        throw Error(*error);
    }
}

int enrol(const Invocation& invocation, operations::OpenStore& store, const Enrolment& who) {
    const std::vector<Reader> newcomers = readers_of(store.policy(), who);
    const operations::SyncPlan plan =
        who.no_sync ? operations::SyncPlan() : operations::plan_sync_for(store, {who.kind, who.name});
    expect_some_open(store, plan);
    print_plan(std::cout, plan);
    std::cout.flush();
    confirm_own_losses(invocation, who.readers, store, plan);
    operations::Confirmation confirmation = confirmation_for(invocation, who.readers);
    confirmation.given = newcomers;
    Progress progress(*invocation.system);
    const operations::SyncResult result = operations::apply_sync(
        store, plan, confirmation, [&](std::size_t done, std::size_t total) { progress.show(done, total); },
        {who.texts, {}, {}});
    report_identity_warnings(invocation, store);
    std::cout << format("{} {} added\n", who.kind == Reader::Kind::Host ? "host" : "operator",
                        bestow::quoted(who.name));
    for (const Reader& newcomer : newcomers) {
        std::cout << "  " << fingerprint_of(newcomer.key) << '\n';
    }
    report_problems(invocation, result.problems);
    if (!result.problems.empty()) {
        report_warning(invocation.program_name, "bestow.yaml is changed; `bestow sync` brings the rest into step");
    }
    return result.problems.empty() ? 0 : kPartly;
}

std::string listed_keys(const std::vector<policy::Key>& keys) {
    std::vector<std::string> texts;
    std::transform(keys.begin(), keys.end(), std::back_inserter(texts), [](const policy::Key& key) {
        return fingerprint_of(key.recipient) + (key.until ? format(" (until {})", *key.until) : "");
    });
    return join(texts, ", ");
}

document::JsonValue json_of(const std::vector<policy::Key>& keys) {
    document::JsonValue list = document::JsonValue::array();
    for (const policy::Key& key : keys) {
        document::JsonValue one = document::JsonValue::object();
        one.set("key", document::JsonValue::text(key.recipient))
            .set("recipient", document::JsonValue::text(age::recipient_as_x25519(key.recipient)))
            .set("fingerprint", document::JsonValue::text(fingerprint_of(key.recipient)))
            .set("comment", document::JsonValue::text(key.comment));
        one.set("until", key.until ? document::JsonValue::text(*key.until) : document::JsonValue::null());
        list.append(one);
    }
    return list;
}

}  // namespace bestow::cli
