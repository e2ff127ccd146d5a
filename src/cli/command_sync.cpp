#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/report.hpp"
#include "cli/store_options.hpp"
#include "document/json_value.hpp"
#include "operations/sync.hpp"

#include <algorithm>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

using document::JsonValue;
using operations::FileDrift;
using operations::FileProblem;
using operations::OpenStore;
using operations::SyncPlan;
using operations::SyncResult;

constexpr int kDrift = 3;
constexpr int kPartly = 4;

struct Options {
    std::vector<std::string> files;
    bool dry_run = false;
    ReaderOptions readers;
};

JsonValue json_of(const FileDrift& change) {
    JsonValue added = JsonValue::array();
    for (const policy::Reader& reader : change.drift.missing) {
        const bool is_host = reader.kind == policy::Reader::Kind::Host;
        added.append(JsonValue::object()
                         .set("kind", JsonValue::text(is_host ? "host" : "operator"))
                         .set("name", JsonValue::text(reader.name))
                         .set("recipient", JsonValue::text(reader.recipient)));
    }
    JsonValue removed = JsonValue::array();
    for (std::size_t i = 0; i < change.drift.surplus.size(); ++i) {
        removed.append(JsonValue::object()
                           .set("reader", JsonValue::text(change.surplus_names[i]))
                           .set("recipient", JsonValue::text(change.drift.surplus[i])));
    }
    return JsonValue::object().set("file", JsonValue::text(change.file)).set("added", added).set("removed", removed);
}

void print_json(const SyncPlan& plan, const SyncResult& result) {
    JsonValue drifting = JsonValue::array();
    for (const FileDrift& change : plan.drifting) {
        drifting.append(json_of(change));
    }
    JsonValue problems = JsonValue::array();
    for (const FileProblem& problem : result.problems) {
        problems.append(JsonValue::object()
                            .set("file", JsonValue::text(problem.file))
                            .set("problem", JsonValue::text(problem.error.full_message())));
    }
    JsonValue report = JsonValue::object();
    report.set("drifting", drifting)
        .set("written", JsonValue::texts(result.written))
        .set("unproved", JsonValue::texts(plan.unproved))
        .set("problems", problems);
    std::cout << report.dump() << '\n';
}

void print_plan(std::ostream& out, const SyncPlan& plan) {
    for (const FileDrift& change : plan.drifting) {
        out << change.file << '\n';
        for (const policy::Reader& reader : change.drift.missing) {
            out << "  + " << operations::describe_reader(reader) << '\n';
        }
        for (const std::string& reader : change.surplus_names) {
            out << "  - " << reader << '\n';
        }
    }
}

void report_problems(const Invocation& invocation, const std::vector<FileProblem>& problems) {
    for (const FileProblem& problem : problems) {
        Error error = problem.error;
        if (error.full_message().find(problem.file) == std::string::npos) {
            error.add_context(problem.file);
        }
        report_error(invocation.program_name, error);
    }
}

int status_of(const SyncResult& result) {
    if (result.problems.empty()) {
        return 0;
    }
    const bool no_key = std::all_of(result.problems.begin(), result.problems.end(), [](const FileProblem& problem) {
        return problem.error.kind() == ErrorKind::NoIdentity;
    });
    return !result.written.empty() ? kPartly : no_key ? exit_status(ErrorKind::NoIdentity) : 1;
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
        print_plan(invocation.json ? std::cerr : std::cout, plan);
        std::cout.flush();
        const std::string question =
            format("Write {} {}?", plan.drifting.size(), plan.drifting.size() == 1 ? "file" : "files");
        if (!confirmed_to_go_on(invocation, options.readers, question)) {
            throw Error(ErrorKind::Failed, "nothing was changed");
        }
        result = operations::apply_sync(store, plan, confirmation_for(invocation, options.readers));
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
