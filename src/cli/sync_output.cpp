#include "cli/sync_output.hpp"

#include "cli/report.hpp"
#include "cli/shown.hpp"
#include "document/json_value.hpp"

#include <algorithm>
#include <iostream>

namespace bestow::cli {

using document::JsonValue;
using operations::FileDrift;
using operations::FileProblem;
using operations::SyncPlan;
using operations::SyncResult;

namespace {

constexpr int kPartly = 4;

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

}  // namespace

JsonValue json_of(const SyncPlan& plan, const SyncResult& result) {
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
    return report;
}

void print_json(const SyncPlan& plan, const SyncResult& result) {
    std::cout << json_of(plan, result).dump() << '\n';
}

void print_plan(std::ostream& out, const SyncPlan& plan) {
    for (const FileDrift& change : plan.drifting) {
        out << shown_line(change.file) << '\n';
        for (const policy::Reader& reader : change.drift.missing) {
            out << "  + " << shown_line(operations::describe_reader(reader)) << '\n';
        }
        for (const std::string& reader : change.surplus_names) {
            out << "  - " << shown_line(reader) << '\n';
        }
        if (change.needs_new_data_key && change.drift.surplus.empty()) {
            out << "  a new data key\n";
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

}  // namespace bestow::cli
