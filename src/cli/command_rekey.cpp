#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "cli/report.hpp"
#include "cli/store_options.hpp"
#include "cli/sync_output.hpp"
#include "operations/rekey.hpp"

#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

using operations::OpenStore;
using operations::SyncPlan;
using operations::SyncResult;

struct Options {
    std::vector<std::string> files;
    bool dry_run = false;
    ReaderOptions readers;
};

SyncPlan make_plan(const Invocation& invocation, const OpenStore& store, const Options& options) {
    std::vector<std::string> only;
    for (const std::string& path : options.files) {
        only.push_back(name_in_store(store.store(), path));
    }
    SyncPlan plan = operations::plan_rekey(store, only);
    for (const std::string& file : plan.unproved) {
        report_warning(invocation.program_name,
                       format("{} is an age file and stays as it is: encrypt it anew", bestow::quoted(file)));
    }
    return plan;
}

SyncResult write(const Invocation& invocation, const Options& options, OpenStore& store, const SyncPlan& plan) {
    const std::string question =
        format("Write {} {}?", plan.drifting.size(), plan.drifting.size() == 1 ? "file" : "files");
    if (!confirmed_to_go_on(invocation, options.readers, question)) {
        throw Error(ErrorKind::Failed, "nothing was changed");
    }
    Progress progress(*invocation.system);
    SyncResult result =
        operations::apply_sync(store, plan, confirmation_for(invocation, options.readers),
                               [&](std::size_t done, std::size_t total) { progress.show(done, total); });
    report_identity_warnings(invocation, store);
    return result;
}

int act(const Invocation& invocation, const Options& options) {
    OpenStore store =
        open_store(invocation, options.dry_run ? OpenStore::Purpose::Reading : OpenStore::Purpose::Writing);
    const SyncPlan plan = make_plan(invocation, store, options);
    print_plan(invocation.json ? std::cerr : std::cout, plan);
    std::cout.flush();
    SyncResult result{{}, plan.problems};
    if (!options.dry_run && !plan.drifting.empty()) {
        result = write(invocation, options, store, plan);
    }
    if (invocation.json) {
        print_json(plan, result);
    } else {
        report_problems(invocation, result.problems);
    }
    return status_of(result);
}

}  // namespace

void add_rekey_command(CLI::App& parser, Invocation& invocation) {
    auto options = std::make_shared<Options>();
    CLI::App* const command = parser.add_subcommand("rekey", "Give files new data keys; readers and values stay");
    command->add_option("files", options->files, "Only these files (default: all that hold declared secrets)");
    command->add_flag("--dry-run", options->dry_run, "Only list the files that would get one");
    add_reader_options(*command, options->readers);
    command->footer(
        "For when a data key may be known to somebody. The values are the same: `bestow rotate` makes new ones.\n"
        "A file whose readers are not those whom bestow.yaml names is left as it is: bestow sync comes first.\n\n"
        "Examples:\n"
        "  bestow rekey --dry-run\n"
        "  bestow rekey --yes secrets/db.yaml");
    command->callback(
        [&invocation, options] { invocation.action = [&invocation, options] { return act(invocation, *options); }; });
}

}  // namespace bestow::cli
