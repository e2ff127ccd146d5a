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

using operations::OpenStore;
using operations::SyncPlan;
using operations::SyncResult;

constexpr int kDrift = 3;

struct Options {
    std::vector<std::string> files;
    bool dry_run = false;
    ReaderOptions readers;
};

/// Old keys whose last day is over: which values they could read, and how they leave bestow.yaml.
void tell_of_expired_keys(std::ostream& out, const OpenStore& store, const SyncPlan& plan) {
    for (const operations::ExpiredKey& expired : operations::expired_keys(store, plan)) {
        const char* const kind = expired.kind == policy::Reader::Kind::Host ? "host" : "operator";
        const std::string whose =
            format("{} {} (its old key, until {})", kind, bestow::quoted(expired.name), *expired.key.until);
        tell_what_was_known(out, whose, expired.readable, {expired.key.recipient});
        out << format("`bestow {} replace-key {} {}` takes the old key out of bestow.yaml\n", kind,
                      shown_line(expired.name), expired.has_successor ? "--at-once" : "--key NEW");
    }
}

int dry_run(const Invocation& invocation, const SyncPlan& plan) {
    if (invocation.json) {
        print_json(plan, {{}, plan.problems});
    } else {
        print_plan(std::cout, plan);
        report_problems(invocation, plan.problems);
    }
    return plan.drifting.empty() && plan.problems.empty() ? 0 : kDrift;
}

int act(const Invocation& invocation, const Options& options) {
    const auto purpose = options.dry_run ? OpenStore::Purpose::Reading : OpenStore::Purpose::Writing;
    OpenStore store = open_store(invocation, purpose);
    std::vector<std::string> only;
    for (const std::string& path : options.files) {
        only.push_back(name_in_store(store.store(), path));
    }
    const SyncPlan plan = operations::plan_sync(store, only);
    for (const std::string& file : plan.unproved) {
        report_warning(invocation.program_name,
                       format("{} is an age file: its readers cannot be told", bestow::quoted(file)));
    }
    if (options.dry_run) {
        return dry_run(invocation, plan);
    }
    SyncResult result{{}, plan.problems};
    if (!plan.drifting.empty()) {
        std::ostream& out = invocation.json ? std::cerr : std::cout;
        print_plan(out, plan);
        tell_of_expired_keys(out, store, plan);
        std::cout.flush();
        const std::string question =
            format("Write {} {}?", plan.drifting.size(), plan.drifting.size() == 1 ? "file" : "files");
        if (!confirmed_to_go_on(invocation, options.readers, question)) {
            throw Error(ErrorKind::Failed, "nothing was changed");
        }
        confirm_own_losses(invocation, options.readers, store, plan);
        Progress progress(*invocation.system);
        result = operations::apply_sync(store, plan, confirmation_for(invocation, options.readers),
                                        [&](std::size_t done, std::size_t total) { progress.show(done, total); });
        report_identity_warnings(invocation, store);
    }
    if (invocation.json) {
        print_json(plan, result);
    } else {
        report_problems(invocation, result.problems);
    }
    return status_of(result);
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
        "values until now: change the values, too.\n\n"
        "Examples:\n"
        "  bestow sync --dry-run\n"
        "  bestow sync --yes --accept-reader brunnen");
    command->callback(
        [&invocation, options] { invocation.action = [&invocation, options] { return act(invocation, *options); }; });
}

}  // namespace bestow::cli
