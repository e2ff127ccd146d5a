#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/store_options.hpp"
#include "cli/table.hpp"
#include "document/json_value.hpp"
#include "operations/file_report.hpp"

#include <iostream>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

using document::JsonValue;
using operations::OpenStore;

struct Row {
    const policy::SecretSource* source = nullptr;
    operations::ValueState state = operations::ValueState::NoFile;
};

/// Every value that the policy declares, in order of declaration; each file is read once.
std::vector<Row> rows_of(const OpenStore& store) {
    std::map<std::string, operations::FileReport> reports;
    for (const policy::FileAccess& access : store.view().access) {
        reports.emplace(access.file, operations::report_file(store.store(), access));
    }
    std::vector<Row> rows;
    for (const policy::SecretSource& source : store.view().sources) {
        const operations::ValueState state = operations::value_state(reports.at(source.file), source);
        if (!source.secret->is_optional() || state == operations::ValueState::Set) {
            rows.push_back({&source, state});
        }
    }
    return rows;
}

std::vector<std::string> host_names(const policy::SecretSource& source) {
    std::vector<std::string> names;
    for (const policy::Host* host : source.hosts) {
        names.push_back(host->name);
    }
    return names;
}

void print_json(const std::vector<Row>& rows) {
    JsonValue list = JsonValue::array();
    for (const Row& row : rows) {
        const std::string& variant = row.source->variant;
        list.append(JsonValue::object()
                        .set("name", JsonValue::text(row.source->secret->name))
                        .set("variant", variant.empty() ? JsonValue::null() : JsonValue::text(variant))
                        .set("file", JsonValue::text(row.source->file))
                        .set("key", JsonValue::text(document::to_text(row.source->key)))
                        .set("hosts", JsonValue::texts(host_names(*row.source)))
                        .set("state", JsonValue::text(operations::value_state_name(row.state))));
    }
    std::cout << list.dump() << '\n';
}

int act(const Invocation& invocation) {
    const OpenStore store = open_store(invocation, OpenStore::Purpose::Reading);
    const std::vector<Row> rows = rows_of(store);
    if (invocation.json) {
        print_json(rows);
        return 0;
    }
    std::vector<std::vector<std::string>> table;
    for (const Row& row : rows) {
        const std::vector<std::string> hosts = host_names(*row.source);
        table.push_back({row.source->secret->name, std::string(operations::value_state_name(row.state)),
                         format("{}: {}", row.source->file, document::to_text(row.source->key)),
                         hosts.empty() ? "no host" : join(hosts, ",")});
    }
    print_table(std::cout, table);
    return 0;
}

}  // namespace

void add_list_command(CLI::App& parser, Invocation& invocation) {
    CLI::App* const command =
        parser.add_subcommand("list", "The declared secrets: set or missing, where they live, who gets them");
    command->footer("Example:\n  bestow list --json");
    command->callback([&invocation] { invocation.action = [&invocation] { return act(invocation); }; });
}

}  // namespace bestow::cli
