#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "cli/reader_change.hpp"
#include "cli/report.hpp"
#include "cli/shown.hpp"
#include "cli/store_options.hpp"
#include "cli/sync_output.hpp"
#include "operations/expired_keys.hpp"

#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

using document::JsonValue;
using operations::ExpiredKey;
using operations::FullSync;
using operations::OpenStore;
using operations::SyncResult;

constexpr int kDrift = 3;
constexpr int kPartly = 4;

struct Options {
    std::vector<std::string> files;
    bool dry_run = false;
    ReaderOptions readers;
};

/// What is to be done: of all files, or of the named ones, which leave bestow.yaml alone.
FullSync plan_for(const OpenStore& store, const Options& options) {
    if (options.files.empty()) {
        return operations::plan_full_sync(store);
    }
    std::vector<std::string> only;
    for (const std::string& path : options.files) {
        only.push_back(name_in_store(store.store(), path));
    }
    FullSync sync;
    sync.plan = operations::plan_sync(store, only);
    sync.expired = operations::expired_keys(store, sync.plan);
    return sync;
}

const char* kind_word(const ExpiredKey& expired) {
    return expired.kind == policy::Reader::Kind::Host ? "host" : "operator";
}

/// "host 'web2' (its old key, until 2020-01-31)", as everywhere else.
std::string old_key_of(const ExpiredKey& expired) {
    return format("{} {} (its old key, until {})", kind_word(expired), bestow::quoted(expired.name),
                  *expired.key.until);
}

bool is_empty(const FullSync& sync) {
    return sync.plan.drifting.empty() && sync.policy.last.empty();
}

void print_sync(std::ostream& out, const FullSync& sync) {
    print_plan(out, sync.plan);
    for (const auto& [file, text] : sync.policy.last) {
        out << shown_line(file) << '\n';
        for (const ExpiredKey& expired : sync.expired) {
            if (expired.has_successor && expired.declared_in == file) {
                out << "  - " << shown_line(old_key_of(expired)) << '\n';
            }
        }
    }
}

/// Old keys whose last day is over: which values they could read, and how those leave bestow.yaml that stay in it now.
void tell_of_expired_keys(std::ostream& out, const FullSync& sync) {
    for (const ExpiredKey& expired : sync.expired) {
        tell_what_was_known(out, old_key_of(expired), expired.readable, {expired.key.recipient});
        if (!expired.has_successor) {
            out << format("`bestow {} replace-key {} --key NEW` takes the old key out of bestow.yaml\n",
                          kind_word(expired), shown_line(expired.name));
        } else if (sync.policy.last.empty()) {
            out << "`bestow sync` takes the old key out of bestow.yaml\n";
        }
    }
}

void print_report(const FullSync& sync, const SyncResult& result) {
    std::vector<std::string> files;
    for (const auto& [file, text] : sync.policy.last) {
        if (!result.policy_held_back) {
            files.push_back(file);
        }
    }
    JsonValue expired = JsonValue::array();
    for (const ExpiredKey& one : sync.expired) {
        expired.append(JsonValue::object()
                           .set("kind", JsonValue::text(kind_word(one)))
                           .set("name", JsonValue::text(one.name))
                           .set("key", JsonValue::text(one.key.recipient))
                           .set("until", JsonValue::text(*one.key.until)));
    }
    JsonValue report = json_of(sync.plan, result);
    report.set("policy", JsonValue::texts(files)).set("expired", std::move(expired));
    std::cout << report.dump() << '\n';
}

int dry_run(const Invocation& invocation, const FullSync& sync) {
    if (invocation.json) {
        print_report(sync, {{}, sync.plan.problems});
    } else {
        print_sync(std::cout, sync);
        report_problems(invocation, sync.plan.problems);
    }
    return is_empty(sync) && sync.plan.problems.empty() ? 0 : kDrift;
}

std::string question_of(const FullSync& sync) {
    const std::size_t count = sync.plan.drifting.size();
    std::vector<std::string> parts;
    if (!sync.policy.last.empty()) {
        parts.emplace_back("bestow.yaml");
    }
    if (count != 0) {
        parts.push_back(format("{} {}", count, count == 1 ? "file" : "files"));
    }
    return format("Write {}?", join(parts, " and "));
}

SyncResult carry_out(const Invocation& invocation, OpenStore& store, const FullSync& sync, const Options& options) {
    std::ostream& out = invocation.json ? std::cerr : std::cout;
    print_sync(out, sync);
    tell_of_expired_keys(out, sync);
    std::cout.flush();
    if (!confirmed_to_go_on(invocation, options.readers, question_of(sync))) {
        throw Error(ErrorKind::Failed, "nothing was changed");
    }
    confirm_own_losses(invocation, options.readers, store, sync.plan);
    Progress progress(*invocation.system);
    SyncResult result = operations::apply_sync(
        store, sync.plan, confirmation_for(invocation, options.readers),
        [&](std::size_t done, std::size_t total) { progress.show(done, total); }, sync.policy);
    report_identity_warnings(invocation, store);
    return result;
}

int status_after(const FullSync& sync, const SyncResult& result) {
    const int status = status_of(result);
    const bool wrote_policy = !sync.policy.last.empty() && !result.policy_held_back;
    return status != 0 && wrote_policy ? kPartly : status;
}

int act(const Invocation& invocation, const Options& options) {
    const auto purpose = options.dry_run ? OpenStore::Purpose::Reading : OpenStore::Purpose::Writing;
    OpenStore store = open_store(invocation, purpose);
    const FullSync sync = plan_for(store, options);
    for (const std::string& file : sync.plan.unproved) {
        report_warning(invocation.program_name,
                       format("{} is an age file: its readers cannot be told", bestow::quoted(file)));
    }
    if (options.dry_run) {
        return dry_run(invocation, sync);
    }
    const SyncResult result =
        is_empty(sync) ? SyncResult{{}, sync.plan.problems} : carry_out(invocation, store, sync, options);
    if (invocation.json) {
        print_report(sync, result);
    } else {
        report_problems(invocation, result.problems);
    }
    if (result.policy_held_back) {
        report_warning(invocation.program_name,
                       "the old keys stay in bestow.yaml until these files are mended; the same command finishes it "
                       "then");
    }
    return status_after(sync, result);
}

}  // namespace

void add_sync_command(CLI::App& parser, Invocation& invocation) {
    auto options = std::make_shared<Options>();
    CLI::App* const command =
        parser.add_subcommand("sync", "Make every file readable by exactly those whom bestow.yaml names");
    command->add_option("files", options->files, "Only these files (default: all that hold declared secrets)");
    command->add_flag("--dry-run", options->dry_run, "Only list what would change; exit status 3 when something would");
    add_reader_options(*command, options->readers);
    add_lose_access_option(*command, options->readers);
    command->footer(
        "Lists the readers that each file gains (+) and loses (-), and asks. Whoever loses a file could read its\n"
        "values until now: change the values, too. Old keys whose last day is over leave the files, and then\n"
        "bestow.yaml.\n\n"
        "Examples:\n"
        "  bestow sync --dry-run\n"
        "  bestow sync --yes --accept-reader brunnen");
    command->callback(
        [&invocation, options] { invocation.action = [&invocation, options] { return act(invocation, *options); }; });
}

}  // namespace bestow::cli
