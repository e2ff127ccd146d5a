#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/approval.hpp"
#include "cli/commands.hpp"
#include "cli/shown.hpp"
#include "cli/store_options.hpp"
#include "document/json_value.hpp"
#include "operations/lost_previous.hpp"
#include "operations/rotate.hpp"
#include "policy/source.hpp"

#include <algorithm>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

using document::JsonValue;
using operations::HostChange;
using operations::OpenStore;
using operations::RotationItem;
using operations::RotationPlan;

struct Options {
    operations::RotationRequest request;
    std::vector<std::string> approved;
    bool dry_run = false;
    bool unfinished = false;
    ValueOptions value;
    ReaderOptions readers;
};

std::string name_of(const RotationItem& item) {
    const std::string& variant = item.source->variant;
    return item.source->secret->name + (variant.empty() ? "" : format(" for {}", variant));
}

/// The public half's file, for a value that has one.
std::string public_file_of(const RotationItem& item) {
    const bool has_public = item.is_generated() && item.source->secret->generate->has_public_half();
    return has_public ? policy::public_file_of(*item.source->secret, item.source->variant) : "";
}

std::string places_of(const RotationItem& item) {
    const std::string file = public_file_of(item);
    return file.empty() ? item.source->file : format("{}, {}", item.source->file, file);
}

std::string remark_on(const RotationItem& item, const std::string& command) {
    std::vector<std::string> remarks;
    if (!item.made_from.empty()) {
        remarks.push_back(format("made from {}", item.made_from));
    } else if (!item.is_generated()) {
        remarks.emplace_back("asked for");
    }
    if (item.keeps_previous) {
        remarks.emplace_back("the previous value is kept");
    }
    if (item.resumed && !item.done) {
        remarks.emplace_back("left by the run that was interrupted");
    }
    if (!command.empty() && !item.done) {
        remarks.push_back(command);
    }
    if (item.done) {
        remarks.emplace_back("done by the run that was interrupted");
    }
    return remarks.empty() ? "" : format(" ({})", join(remarks, "; "));
}

std::string units_of(const HostChange& change) {
    std::vector<std::string> parts;
    for (const std::string& unit : change.restart) {
        parts.push_back(format("restart {}", unit));
    }
    for (const std::string& unit : change.reload) {
        parts.push_back(format("reload {}", unit));
    }
    return parts.empty() ? "no unit" : join(parts, ", ");
}

void print_plan(std::ostream& out, const OpenStore& store, const RotationPlan& plan, const Options& options) {
    for (const RotationItem& item : plan.items) {
        const std::string command = command_remark(store, *item.source->secret, options.approved);
        out << shown_line(format("{}{}: {}", name_of(item), remark_on(item, command), places_of(item))) << '\n';
        if (item.derivation) {
            out << shown_line(format("  {}", operations::describe_derivation(*item.derivation))) << '\n';
        }
    }
    if (plan.items.empty() && !options.request.names.empty()) {
        out << "nothing of these is due\n";
    }
    for (const auto& [host, change] : plan.hosts) {
        out << shown_line(format("  {}: {}", host, units_of(change))) << '\n';
    }
}

JsonValue texts_of(const std::set<std::string>& texts) {
    return JsonValue::texts({texts.begin(), texts.end()});
}

JsonValue text_or_null(const std::string& text) {
    return text.empty() ? JsonValue::null() : JsonValue::text(text);
}

void print_json(const RotationPlan& plan) {
    JsonValue values = JsonValue::array();
    for (const RotationItem& item : plan.items) {
        values.append(
            JsonValue::object()
                .set("name", JsonValue::text(item.source->secret->name))
                .set("variant", text_or_null(item.source->variant))
                .set("file", JsonValue::text(item.source->file))
                .set("public", text_or_null(public_file_of(item)))
                .set("made_from", text_or_null(item.made_from))
                .set("makes", text_or_null(item.derivation ? item.derivation->what : ""))
                .set("goes_to", item.derivation ? JsonValue::texts(item.derivation->readers) : JsonValue::null())
                .set("generated", JsonValue::boolean(item.is_generated()))
                .set("keeps_previous", JsonValue::boolean(item.keeps_previous)));
    }
    JsonValue hosts = JsonValue::array();
    for (const auto& [host, change] : plan.hosts) {
        hosts.append(JsonValue::object()
                         .set("host", JsonValue::text(host))
                         .set("restart", texts_of(change.restart))
                         .set("reload", texts_of(change.reload)));
    }
    std::cout << JsonValue::object().set("values", std::move(values)).set("hosts", std::move(hosts)).dump() << '\n';
}

/// A file with a value that nobody would take is a mistake in the name.
void check_value_is_taken(const RotationPlan& plan, const ValueOptions& value) {
    if (!value.file.empty() && !plan.items.empty() &&
        std::all_of(plan.items.begin(), plan.items.end(), [](const RotationItem& one) { return one.is_generated(); })) {
        const std::string& name = plan.items.front().source->secret->name;
        throw Error(ErrorKind::Usage, format("{} has 'generate': it takes no value from a file", bestow::quoted(name)),
                    format("bestow set {} --value-file {}", name, value.file));
    }
}

/// One value comes from a file or from standard input; a person can be asked for many.
void check_source_of_values(const RotationPlan& plan, const ValueOptions& value) {
    const auto count = std::count_if(plan.items.begin(), plan.items.end(),
                                     [](const RotationItem& item) { return !item.done && !item.is_generated(); });
    if (count > 1 && (!value.file.empty() || !os::is_terminal(0))) {
        throw Error(ErrorKind::Usage, format("{} of these values are asked for, and there is one to be had", count),
                    "name one of them, or run it at a terminal");
    }
}

void check_usage(const Options& options) {
    if (options.request.names.empty() && !options.request.due && !options.unfinished) {
        throw Error(ErrorKind::Usage, "no secret is named", "name some, or --due for those whose time has come");
    }
    if (options.unfinished && (!options.request.names.empty() || options.request.due)) {
        throw Error(ErrorKind::Usage, "--unfinished is about no other secrets", "leave names and --due out");
    }
}

int act(const Invocation& invocation, const Options& options) {
    check_usage(options);
    const auto purpose = options.dry_run ? OpenStore::Purpose::Reading : OpenStore::Purpose::Writing;
    OpenStore store = open_store(invocation, purpose);
    const RotationPlan plan = operations::plan_rotation(store, options.request);
    check_value_is_taken(plan, options.value);
    if (invocation.json) {
        print_json(plan);
    } else {
        print_plan(std::cout, store, plan, options);
    }
    std::cout.flush();
    report_warnings(invocation, operations::warn_of_lost_previous(store, plan));
    if (options.dry_run || plan.items.empty()) {
        return 0;
    }
    check_source_of_values(plan, options.value);
    const std::string question =
        format("Make {} new {}?", plan.items.size(), plan.items.size() == 1 ? "value" : "values");
    if (!confirmed_to_go_on(invocation, options.readers, question)) {
        throw Error(ErrorKind::Failed, "nothing was changed");
    }
    operations::RotationInput input;
    input.ask = [&](const policy::SecretSource& source) {
        ValueOptions value = options.value;
        value.raw = value.raw || source.key.empty();  // a whole document is what it is, byte for byte
        return read_value_input(invocation, value, source.secret->name);
    };
    input.confirmation = confirmation_for(invocation, options.readers);
    input.approval = approval_for(invocation, options.approved);
    const std::vector<std::string> warnings = operations::apply_rotation(store, plan, input);
    report_identity_warnings(invocation, store);
    report_warnings(invocation, warnings);
    return 0;
}

}  // namespace

void add_rotate_command(CLI::App& parser, Invocation& invocation) {
    auto options = std::make_shared<Options>();
    CLI::App* const command = parser.add_subcommand("rotate", "Give secrets new values");
    command->add_option("names", options->request.names, "Secrets, or patterns of names as 'powerdns/*'");
    command->add_flag("--due", options->request.due,
                      "Of these (default: of all) only those that 'rotate_after' says are due");
    command->add_flag("--unfinished", options->unfinished,
                      "Only finish what was interrupted between two files, which every rotation does first");
    command->add_option("--host", options->request.host, "Where hosts have different values: only this one's");
    command->add_flag("--dry-run", options->dry_run, "Only show what would change");
    add_approve_option(*command, options->approved);
    add_value_options(*command, options->value);
    add_reader_options(*command, options->readers);
    command->footer(
        "A secret with 'generate:' gets a value that is made; for another one the value is taken as `set` takes it.\n"
        "What is made from it is made anew, too. Shows which hosts and units will change, and asks.\n\n"
        "Examples:\n"
        "  bestow rotate powerdns/api-key --dry-run\n"
        "  bestow rotate 'wireguard/*' --host brunnen --yes\n"
        "  bestow rotate --due");
    command->callback(
        [&invocation, options] { invocation.action = [&invocation, options] { return act(invocation, *options); }; });
}

}  // namespace bestow::cli
