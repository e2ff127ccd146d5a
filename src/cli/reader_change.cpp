#include "cli/reader_change.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/progress.hpp"
#include "cli/report.hpp"
#include "cli/shown.hpp"
#include "cli/sync_output.hpp"
#include "document/json_value.hpp"
#include "operations/own_keys.hpp"

#include <algorithm>
#include <iostream>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

using document::JsonValue;
using operations::OpenStore;
using operations::PolicyTexts;
using operations::PolicyView;
using operations::Readable;
using operations::ReaderChange;
using operations::SyncResult;
using policy::Reader;

constexpr int kPartly = 4;

std::string_view kind_word(Reader::Kind kind) {
    return kind == Reader::Kind::Host ? "host" : "operator";
}

/// The lost keys, each in the form that its owner knows.
std::vector<std::string> lost_keys(const ReaderChange& change) {
    std::vector<std::string> keys;
    const auto take = [&](const std::vector<policy::Key>& declared) {
        for (const policy::Key& key : declared) {
            if (change.lost.contains(key.recipient)) {
                keys.push_back(key.recipient);
            }
        }
    };
    for (const policy::Host& host : change.before->policy.hosts) {
        take(host.keys);
    }
    for (const policy::Operator& person : change.before->policy.operators) {
        take(person.keys);
    }
    return keys;
}

void warn_of_the_undelivered(const Invocation& invocation, const PolicyView& before, const PolicyView& after) {
    for (const policy::Secret& secret : after.policy.secrets) {
        const policy::Secret* old = before.policy.find_secret(secret.name);
        if (old != nullptr && !policy::hosts_in(before.policy, old->to).empty() &&
            policy::hosts_in(after.policy, secret.to).empty()) {
            report_warning(invocation.program_name,
                           format("secret {} is delivered to no host any more", bestow::quoted(secret.name)));
        }
    }
}

/// An age file's readers cannot be told, so nothing was done about them.
void warn_of_age_files(const Invocation& invocation, const ReaderChange& change) {
    for (const std::string& file : change.lost.empty() ? std::vector<std::string>() : change.plan.unproved) {
        if (change.before->find_file(file) == nullptr) {
            report_warning(invocation.program_name,
                           format("{} is an age file that nothing declares and stays as it is: who reads it cannot be "
                                  "told",
                                  bestow::quoted(file)));
        }
    }
    for (const Readable& one : change.readable) {
        const auto& unproved = change.plan.unproved;
        if (!change.lost.empty() && std::find(unproved.begin(), unproved.end(), one.file) != unproved.end()) {
            report_warning(invocation.program_name,
                           format("{} is an age file and stays as it is: encrypt it anew", bestow::quoted(one.file)));
        }
    }
}

void warn_of_the_rest(const Invocation& invocation, const OpenStore& store, const ReaderChange& change) {
    warn_of_the_undelivered(invocation, *change.before, store.view());
    warn_of_age_files(invocation, change);
    for (const std::string& file : change.abandoned) {
        report_warning(invocation.program_name, format("{} is not used any more; remove it", bestow::quoted(file)));
    }
}

void print_change(const OpenStore& store, const ReaderChange& change, const SyncResult& result) {
    JsonValue values = JsonValue::array();
    for (const Readable& one : change.lost.empty() ? std::vector<Readable>() : change.readable) {
        values.append(
            JsonValue::object().set("file", JsonValue::text(one.file)).set("secrets", JsonValue::texts(one.secrets)));
    }
    JsonValue policy = JsonValue::array();
    const PolicyTexts nothing;
    for (const auto* texts : {&change.policy.first, result.policy_held_back ? &nothing : &change.policy.last}) {
        for (const auto& [file, text] : *texts) {
            policy.append(JsonValue::text(file));
        }
    }
    JsonValue report = json_of(change.plan, result);
    report.set("store", JsonValue::text(store.store().path()))
        .set("policy", policy)
        .set("seen", values)
        .set("keys", JsonValue::texts(lost_keys(change)))
        .set("abandoned", JsonValue::texts(change.abandoned));
    std::cout << report.dump() << '\n';
}

/// Throws where nothing at all could be done with the files; those that stay as they are are named.
void expect_opened(const Invocation& invocation, OpenStore& store, const ReaderChange& change) {
    const std::vector<operations::FileProblem> closed = operations::closed_files(store, change.plan);
    if (!closed.empty() && closed.size() == change.plan.drifting.size()) {
        throw closed.front().error;
    }
    for (const operations::FileProblem& problem : closed) {
        report_warning(invocation.program_name,
                       format("{} cannot be opened here and will stay as it is", bestow::quoted(problem.file)));
    }
}

/// One question at a terminal: whether to lock oneself out, or whether to go on.
void confirm_change(const Invocation& invocation, OpenStore& store, const ReaderChange& change,
                    const ChangeOptions& options) {
    const std::size_t count = change.plan.drifting.size();
    if (count == 0 && change.policy.first.empty() && change.policy.last.empty()) {
        return;
    }
    const bool can_ask = invocation.terminal->available();
    if (!options.own_loss.empty()) {
        confirm_own_loss(invocation, options.readers, options.own_loss);
    }
    const bool is_own_loss =
        !options.own_loss.empty() || confirm_own_losses(invocation, options.readers, store, change.plan);
    if (is_own_loss && can_ask && !options.readers.lose_access) {
        return;
    }
    if (!confirmed_to_go_on(invocation, options.readers,
                            format("Write bestow.yaml and {} {}?", count, count == 1 ? "file" : "files"))) {
        throw Error(ErrorKind::Failed, "nothing was changed");
    }
}

SyncResult apply(const Invocation& invocation, OpenStore& store, ReaderChange& change, const ChangeOptions& options) {
    if (options.no_sync) {
        change.plan = {};
    }
    expect_opened(invocation, store, change);
    confirm_change(invocation, store, change, options);
    operations::Confirmation confirmation = confirmation_for(invocation, options.readers);
    confirmation.given = change.newcomers;
    Progress progress(*invocation.system);
    SyncResult result = operations::apply_change(
        store, change, confirmation, [&](std::size_t done, std::size_t total) { progress.show(done, total); });
    report_identity_warnings(invocation, store);
    return result;
}

}  // namespace

void tell_what_was_known(std::ostream& out, const std::string& whose, const std::vector<Readable>& readable,
                         const std::vector<std::string>& keys) {
    if (readable.empty()) {
        return;
    }
    out << format("{} could read these values and may have kept them; change them:\n", shown_line(whose));
    for (const Readable& one : readable) {
        out << format("  {}{}{}\n", shown_line(one.file), one.secrets.empty() ? "" : ": ",
                      shown_line(join(one.secrets, ", ")));
    }
    for (const std::string& key : keys) {
        out << format("`bestow audit --key '{}'` tells which of them are still in use\n", key);
    }
    out << "`bestow rotate NAME...` makes new ones\n";
}

void add_change_options(CLI::App& command, ChangeOptions& options) {
    command.add_option("name", options.name, "Whom")->required();
    command.add_flag("--no-sync", options.no_sync, "Change bestow.yaml only");
    command.add_flag("--dry-run", options.dry_run, "Only show what would be written");
    add_reader_options(command, options.readers);
    add_lose_access_option(command, options.readers);
}

int carry_out(const Invocation& invocation, OpenStore& store, ReaderChange& change, const ChangeOptions& options,
              const std::string& done) {
    std::ostream& out = invocation.json ? std::cerr : std::cout;
    if (!options.no_sync) {
        print_plan(out, change.plan);
    }
    if (!change.lost.empty()) {
        tell_what_was_known(out, format("{} {}", kind_word(options.kind), bestow::quoted(options.name)),
                            change.readable, lost_keys(change));
    }
    out.flush();
    SyncResult result{{}, change.plan.problems, false};
    if (!options.dry_run) {
        result = apply(invocation, store, change, options);
        if (!result.policy_held_back) {
            out << done << '\n';
        }
    }
    if (invocation.json) {
        print_change(store, change, result);
    } else {
        report_problems(invocation, result.problems);
    }
    warn_of_the_rest(invocation, store, change);
    if (!result.problems.empty() && !options.dry_run) {
        report_warning(
            invocation.program_name,
            result.policy_held_back
                ? "bestow.yaml stays as it is until these files are mended; the same command finishes it then"
                : "bestow.yaml is changed; `bestow sync` brings the rest into step");
    }
    return result.problems.empty() ? 0 : kPartly;
}

int remove_reader(const Invocation& invocation, ChangeOptions options) {
    OpenStore store = open_store(invocation, OpenStore::Purpose::Writing);
    const bool is_own =
        options.kind == Reader::Kind::Operator && operations::is_callers_last_entry(store, options.name);
    ReaderChange change = operations::plan_removal(store, options.kind, options.name);
    if (is_own) {
        options.own_loss =
            format("operator {} is you yourself, and no other entry has a key of yours", bestow::quoted(options.name));
    }
    return carry_out(invocation, store, change, options,
                     format("{} {} removed", kind_word(options.kind), bestow::quoted(options.name)));
}

}  // namespace bestow::cli
