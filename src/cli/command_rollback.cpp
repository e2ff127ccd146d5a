#include "activation/rollback.hpp"
#include "base/format.hpp"
#include "cli/commands.hpp"
#include "cli/host_options.hpp"
#include "cli/problems.hpp"
#include "cli/report.hpp"
#include "cli/shown.hpp"
#include "document/json_value.hpp"

#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

using activation::RollbackReport;
using document::JsonValue;

constexpr int kPartlyDone = 4;

struct Arguments {
    activation::RollbackOptions rollback;
    unsigned generation = 0;
    bool release = false;
    std::string phase = "main";
    std::string units = "print";
};

std::vector<std::string> reassigned_paths(const delivery::RollbackPlan& plan) {
    std::vector<std::string> paths;
    for (const delivery::PlannedFile& file : plan.reassigned) {
        paths.push_back(file.record.path);
    }
    return paths;
}

std::string json_text(const RollbackReport& report) {
    const delivery::RollbackPlan& plan = report.plan;
    JsonValue object = JsonValue::object();
    object.set("directory", JsonValue::text(report.entry_path));
    object.set("before", JsonValue::number(report.before));
    object.set("generation", JsonValue::number(plan.generation));
    object.set("held", JsonValue::boolean(report.held));
    object.set("dry_run", JsonValue::boolean(report.dry_run));
    object.set("added", JsonValue::texts(plan.added));
    object.set("changed", JsonValue::texts(plan.changed));
    object.set("removed", JsonValue::texts(plan.removed));
    object.set("lost", JsonValue::texts(plan.lost));
    object.set("revoked", JsonValue::texts(plan.revoked));
    object.set("tampered", JsonValue::texts(plan.tampered));
    object.set("expired", JsonValue::texts(plan.expired));
    object.set("reassigned", JsonValue::texts(reassigned_paths(plan)));
    object.set("restart", JsonValue::texts(plan.units.restart));
    object.set("reload", JsonValue::texts(plan.units.reload));
    object.set("warnings", JsonValue::texts(report.warnings));
    return object.dump();
}

void print_paths(const char* verb, const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
        std::cout << "  " << verb << ' ' << shown_line(path) << '\n';
    }
}

void print_results(const RollbackReport& report, bool units) {
    const delivery::RollbackPlan& plan = report.plan;
    if (report.dry_run) {
        std::cout << shown_line(report.entry_path) << ":\n" << shown_text(to_text(plan));
    } else {
        std::cout << format("{}: generation {} instead of {}{}\n", shown_line(report.entry_path), plan.generation,
                            report.before, report.held ? ", held" : "");
        print_paths("added", plan.added);
        print_paths("changed", plan.changed);
        print_paths("removed", plan.removed);
        print_paths("comes back under the owner and mode that the store says now:", reassigned_paths(plan));
    }
    print_paths("cannot come back, for it was removed:", plan.lost);
    print_paths("cannot come back, for it is delivered no more:", plan.revoked);
    print_paths("cannot come back, for it is not what was delivered:", plan.tampered);
    print_paths("cannot come back, for it has been stale for longer than max_stale:", plan.expired);
    if (!report.dry_run && units && !report.units_told) {
        std::cout << shown_text(delivery::units_text(plan.units));
    }
}

int release(Invocation& invocation, const Arguments& arguments) {
    const activation::Options& options = arguments.rollback.options;
    if (options.dry_run || arguments.rollback.hold || arguments.generation != 0) {
        throw Error(ErrorKind::Usage, "--release goes with no generation, with no --hold and no --dry-run");
    }
    const bool held = activation::release_hold(*invocation.system, options);
    if (invocation.json) {
        std::cout << JsonValue::object().set("released", JsonValue::boolean(held)).dump() << '\n';
        return 0;
    }
    std::cout << (held ? "released; the next activation delivers what the store says\n" : "nothing was held\n");
    return 0;
}

int act(Invocation& invocation, Arguments& arguments) {
    activation::Options& options = arguments.rollback.options;
    options.store = invocation.store_directory;
    options.identities = invocation.identities;
    options.phases = arguments.phase == "early" ? activation::Phases::Early : activation::Phases::Main;
    options.units = arguments.units == "systemctl" ? activation::TellUnits::Systemctl : activation::TellUnits::Nobody;
    if (arguments.release) {
        return release(invocation, arguments);
    }
    if (arguments.generation != 0) {
        arguments.rollback.generation = arguments.generation;
    }
    const RollbackReport report =
        activation::rollback(*invocation.system, arguments.rollback, [&](const RollbackReport& done) {
            if (invocation.json) {
                std::cout << json_text(done) << '\n';
            } else {
                print_results(done, arguments.units != "none");
            }
            if (!(std::cout << std::flush)) {
                throw Error(ErrorKind::System, "cannot write to standard output");
            }
        });
    for (const std::string& warning : report.warnings) {
        report_warning(invocation.program_name, warning);
    }
    report_problems(invocation, report.problems);
    return report.problems.empty() ? 0 : kPartlyDone;
}

}  // namespace

void add_rollback_command(CLI::App& parser, Invocation& invocation) {
    CLI::App* const command =
        parser.add_subcommand("rollback", "Make an older generation live again (see bestow(1), ON A HOST)");
    const auto arguments = std::make_shared<Arguments>();
    activation::Options& options = arguments->rollback.options;
    command
        ->add_option("GENERATION", arguments->generation,
                     "Its number; without one, the newest before the live one (see bestow generations)")
        ->check(CLI::PositiveNumber);
    command->add_flag("--hold", arguments->rollback.hold, "Let the next activations leave it live");
    command->add_flag("--release", arguments->release, "Instead end a hold, and change nothing else");
    command->add_option("--phase", arguments->phase, "main, or early: secrets-early")
        ->check(CLI::IsMember({"early", "main"}))
        ->capture_default_str();
    command->add_flag("--dry-run", options.dry_run, "Show what would be done, write nothing at all");
    add_host_options(*command, options);
    add_units_option(*command, arguments->units);
    command->footer("Example:\n  bestow rollback --hold");
    command->callback([&invocation, arguments] {
        invocation.action = [&invocation, arguments] { return act(invocation, *arguments); };
    });
}

}  // namespace bestow::cli
