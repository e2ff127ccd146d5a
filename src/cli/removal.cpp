#include "cli/removal.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/enrolment.hpp"
#include "cli/report.hpp"
#include "cli/shown.hpp"
#include "operations/enrol.hpp"
#include "operations/own_keys.hpp"
#include "policy/edit.hpp"

#include <algorithm>
#include <iostream>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

using operations::OpenStore;
using operations::PolicyView;
using operations::Readable;
using policy::Reader;

std::string_view kind_word(Reader::Kind kind) {
    return kind == Reader::Kind::Host ? "host" : "operator";
}

void require_declared(const policy::Policy& policy, const RemovalOptions& options) {
    std::vector<std::string> names;
    if (options.kind == Reader::Kind::Host) {
        for (const policy::Host& host : policy.hosts) {
            names.push_back(host.name);
        }
    } else {
        for (const policy::Operator& person : policy.operators) {
            names.push_back(person.name);
        }
    }
    if (std::find(names.begin(), names.end(), options.name) == names.end()) {
        throw Error(ErrorKind::NotFound, format("there is no {} {}{}", kind_word(options.kind),
                                                bestow::quoted(options.name), did_you_mean(options.name, names)));
    }
}

/// Files that held declared secrets and do not any more: those of `per: host`.
std::vector<std::string> abandoned_files(const PolicyView& before, const OpenStore& store) {
    std::vector<std::string> files;
    for (const policy::FileAccess& access : before.access) {
        if (store.view().find_file(access.file) == nullptr && store.store().try_read_text(access.file)) {
            files.push_back(access.file);
        }
    }
    return files;
}

void tell_what_was_known(const RemovalOptions& options, const std::vector<Readable>& readable) {
    if (readable.empty()) {
        return;
    }
    std::cout << format("{} {} could read these values and may have kept them; change them:\n", kind_word(options.kind),
                        bestow::quoted(options.name));
    for (const Readable& one : readable) {
        std::cout << format("  {}: {}\n", shown_line(one.file), shown_line(join(one.secrets, ", ")));
    }
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

/// bestow.yaml does not know any more whose these recipients were.
void name_the_removed(operations::SyncPlan& plan, const std::set<std::string>& recipients, const std::string& name) {
    for (operations::FileDrift& change : plan.drifting) {
        for (std::size_t i = 0; i < change.drift.surplus.size(); ++i) {
            if (recipients.count(change.drift.surplus[i]) > 0) {
                change.surplus_names[i] = name;
            }
        }
    }
}

/// Whoever was removed may have kept a file's data key, even when he has left the file already: all that he could read
/// get new ones.
void want_new_data_keys(operations::SyncPlan& plan, const std::vector<Readable>& readable) {
    for (const Readable& one : readable) {
        const bool has_problem = std::any_of(plan.problems.begin(), plan.problems.end(),
                                             [&](const auto& problem) { return problem.file == one.file; });
        const auto found = std::find_if(plan.drifting.begin(), plan.drifting.end(),
                                        [&](const auto& change) { return change.file == one.file; });
        const bool is_unproved = std::find(plan.unproved.begin(), plan.unproved.end(), one.file) != plan.unproved.end();
        if (found != plan.drifting.end()) {
            found->needs_new_data_key = true;
        } else if (!has_problem && !is_unproved) {
            plan.drifting.push_back({one.file, {}, {}, true});
        }
    }
}

}  // namespace

void add_removal_options(CLI::App& command, RemovalOptions& options) {
    command.add_option("name", options.name, "Whom")->required();
    command.add_flag("--no-sync", options.no_sync, "Change bestow.yaml only");
    add_reader_options(command, options.readers);
    add_lose_access_option(command, options.readers);
}

int remove_reader(const Invocation& invocation, RemovalOptions options) {
    OpenStore store = open_store(invocation, OpenStore::Purpose::Writing);
    require_declared(store.policy(), options);
    const auto edit = [&](std::string_view text) {
        return options.kind == Reader::Kind::Host ? policy::without_host(text, options.name)
                                                  : policy::without_operator(text, options.name);
    };
    const operations::PolicyTexts texts = operations::edited_policy_files(store, edit);
    (void)PolicyView(store.store().policy_with(texts), os::utc_date(store.system().now()));  // refused before asking
    if (options.kind == Reader::Kind::Operator && operations::is_callers_last_entry(store, options.name)) {
        confirm_own_loss(
            invocation, options.readers,
            format("operator {} is you yourself, and no other entry has a key of yours", bestow::quoted(options.name)));
        options.readers.lose_access = true;  // that was the answer for every file
    }
    std::vector<Readable> readable = operations::readable_by(store.view(), options.kind, options.name);
    std::erase_if(readable, [&](const Readable& one) { return !store.store().try_read_text(one.file); });
    const std::set<std::string> lost = operations::recipients_of_reader(store.view(), options.kind, options.name);
    const auto before = operations::write_policy(store, texts);
    std::cout << format("{} {} removed\n", kind_word(options.kind), bestow::quoted(options.name));
    const std::vector<std::string> abandoned = abandoned_files(*before, store);
    int status = 0;
    if (!options.no_sync) {
        operations::SyncPlan plan = operations::plan_sync_for(store, "", lost, abandoned);
        name_the_removed(plan, lost, format("{} {}", kind_word(options.kind), bestow::quoted(options.name)));
        want_new_data_keys(plan, readable);
        status = apply_and_report(invocation, store, plan, options.readers);
    }
    tell_what_was_known(options, readable);
    warn_of_the_undelivered(invocation, *before, store.view());
    for (const std::string& file : abandoned) {
        report_warning(invocation.program_name, format("{} is not used any more; remove it", bestow::quoted(file)));
    }
    return status;
}

}  // namespace bestow::cli
