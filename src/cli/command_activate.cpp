#include "activation/activate.hpp"
#include "activation/memory_directory.hpp"
#include "activation/places.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/host_options.hpp"
#include "cli/problems.hpp"
#include "cli/report.hpp"
#include "cli/shown.hpp"
#include "document/json_value.hpp"

#include <algorithm>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

using activation::Phases;
using activation::Report;
using document::JsonValue;

constexpr int kPartlyDone = 4;

struct Arguments {
    activation::Options options;
    std::string phase = "all";
    std::string mount = "missing";
    std::string units = "print";
};

Phases phases_from(const std::string& word) {
    return word == "early" ? Phases::Early : word == "main" ? Phases::Main : Phases::All;
}

JsonValue json_of(const activation::SetReport& set) {
    JsonValue object = JsonValue::object();
    object.set("directory", JsonValue::text(set.entry_path));
    object.set("generation", JsonValue::number(set.generation));
    object.set("new_generation", JsonValue::boolean(set.new_generation));
    object.set("added", JsonValue::texts(set.added));
    object.set("changed", JsonValue::texts(set.changed));
    object.set("removed", JsonValue::texts(set.removed));
    object.set("stale", JsonValue::texts(set.stale));
    object.set("held", JsonValue::boolean(set.held));
    object.set("links_made", JsonValue::texts(set.links_made));
    object.set("links_removed", JsonValue::texts(set.links_removed));
    object.set("replaced", JsonValue::texts(set.replaced));
    return object;
}

std::string json_text(const Report& report) {
    JsonValue sets = JsonValue::array();
    for (const activation::SetReport& set : report.sets) {
        sets.append(json_of(set));
    }
    JsonValue problems = JsonValue::array();
    for (const delivery::Problem& problem : report.problems) {
        JsonValue object = JsonValue::object();
        object.set("item", JsonValue::text(problem.item)).set("message", JsonValue::text(problem.message));
        problems.append(std::move(object));
    }
    JsonValue object = JsonValue::object();
    object.set("host", JsonValue::text(report.host));
    object.set("store", JsonValue::text(report.store_path));
    object.set("dry_run", JsonValue::boolean(report.dry_run));
    object.set("sets", std::move(sets));
    object.set("restart", JsonValue::texts(report.units.restart));
    object.set("reload", JsonValue::texts(report.units.reload));
    object.set("problems", std::move(problems));
    object.set("warnings", JsonValue::texts(report.warnings));
    return object.dump();
}

void print_paths(const char* verb, const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
        std::cout << "  " << verb << ' ' << shown_line(path) << '\n';
    }
}

void print_set(const activation::SetReport& set) {
    const bool has_links = !set.links_made.empty() || !set.links_removed.empty();
    std::cout << format("{}: generation {}{}{}\n", shown_line(set.entry_path), set.generation,
                        set.held ? ", held there since a rollback (bestow rollback --release ends it)" : "",
                        set.new_generation || has_links ? "" : ", nothing changed");
    print_paths("added", set.added);
    print_paths("changed", set.changed);
    print_paths("removed", set.removed);
    print_paths("stale", set.stale);
    print_paths("link made at", set.links_made);
    print_paths("link removed from", set.links_removed);
    print_paths("replaced what was not bestow's at", set.replaced);
}

/// Problems and warnings go to standard error afterwards; here are the results alone.
void print_results(const Report& report, const std::string& units) {
    for (const activation::SetReport& set : report.sets) {
        if (!report.dry_run) {
            print_set(set);
            continue;
        }
        std::cout << format("{}:\n", shown_line(set.entry_path));
        std::cout << (set.plan_text.empty() ? "nothing to do\n" : shown_text(set.plan_text));
    }
    if (!report.dry_run && units != "none" && !report.units_told) {
        std::cout << shown_text(delivery::units_text(report.units));
    }
}

int act(Invocation& invocation, Arguments& arguments) {
    activation::Options& options = arguments.options;
    if (arguments.mount == "only") {
        if (options.dry_run) {
            throw Error(ErrorKind::Usage, "--mount only writes, --dry-run does not");
        }
        const policy::HostSettings settings = activation::read_settings(*invocation.system, options);
        activation::mount_sets(*invocation.system, activation::run_directory_of(*invocation.system, options, settings),
                               settings.allow_swap);
        return 0;
    }
    options.units = arguments.units == "systemctl" ? activation::TellUnits::Systemctl : activation::TellUnits::Nobody;
    options.may_mount = arguments.mount != "never";
    options.store = invocation.store_directory;
    options.identities = invocation.identities;
    options.phases = phases_from(arguments.phase);
    const Report report = activation::activate(*invocation.system, options, [&](const Report& done) {
        if (invocation.json) {
            std::cout << json_text(done) << '\n';
        } else {
            print_results(done, arguments.units);
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

void add_activate_command(CLI::App& parser, Invocation& invocation) {
    CLI::App* const command = parser.add_subcommand(
        "activate", "Deliver this machine's secrets into a memory file system (see bestow(1), ON A HOST)");
    const auto arguments = std::make_shared<Arguments>();
    activation::Options& options = arguments->options;
    command->add_option("--phase", arguments->phase, "early (before users exist), main, or all")
        ->check(CLI::IsMember({"early", "main", "all"}))
        ->capture_default_str();
    command->add_flag("--dry-run", options.dry_run, "Show what would be done, write nothing at all");
    command->add_flag("--force", options.force,
                      "Let links take the place of files and links that are not bestow's (never of directories)");
    command->add_flag("--release-hold", options.release_hold,
                      "End the hold of a rollback, and deliver what the store says");
    command->add_option("--wait-for-identity", options.wait_seconds,
                        "Wait for a private key of this host's for so many seconds at most (default: 0)");
    command
        ->add_option("--mount", arguments->mount,
                     "missing: mount memory file systems that are not there; never: refuse without them; only: mount "
                     "them and do nothing else")
        ->check(CLI::IsMember({"missing", "never", "only"}))
        ->capture_default_str();
    add_host_options(*command, options);
    add_units_option(*command, arguments->units);
    command->footer("Example:\n  bestow activate --store /var/lib/bestow/store --dry-run");
    command->callback([&invocation, arguments] {
        invocation.action = [&invocation, arguments] { return act(invocation, *arguments); };
    });
}

}  // namespace bestow::cli
