#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/enrolment.hpp"
#include "cli/reader_change.hpp"
#include "cli/replace_key.hpp"
#include "cli/table.hpp"
#include "operations/enrol.hpp"
#include "policy/edit.hpp"

#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

using document::JsonValue;
using operations::OpenStore;
using policy::Reader;

struct AddOptions {
    policy::NewOperator person;
    KeyOptions keys;
    ReaderOptions readers;
    bool no_sync = false;
};

int act_add(const Invocation& invocation, AddOptions options) {
    options.person.keys = read_public_keys(invocation, options.keys);
    if (options.person.keys.empty()) {
        throw Error(ErrorKind::Usage, "the operator needs a key", "give --key or --key-file");
    }
    operations::EditedStore edited = operations::open_edited_store(
        *invocation.system, invocation.store_directory, identity_request(invocation),
        [&](std::string_view text) { return policy::with_operator(text, options.person); });
    return enrol(invocation, edited.store,
                 {Reader::Kind::Operator, options.person.name, edited.texts, options.readers, options.no_sync});
}

std::string access_word(const policy::Operator& person) {
    return person.recovery ? "recovery" : person.listed ? "listed" : "";
}

int act_list(const Invocation& invocation) {
    const OpenStore store = open_store(invocation, OpenStore::Purpose::Reading);
    JsonValue list = JsonValue::array();
    std::vector<std::vector<std::string>> rows;
    for (const policy::Operator& person : store.policy().operators) {
        const std::size_t files = operations::readable_by(store.view(), Reader::Kind::Operator, person.name).size();
        list.append(JsonValue::object()
                        .set("name", JsonValue::text(person.name))
                        .set("groups", JsonValue::texts(person.groups))
                        .set("listed", JsonValue::boolean(person.listed))
                        .set("recovery", JsonValue::boolean(person.recovery))
                        .set("keys", json_of(person.keys))
                        .set("files", JsonValue::number(static_cast<std::int64_t>(files))));
        rows.push_back({person.name, join(person.groups, ","), access_word(person), format("{} files", files),
                        listed_keys(person.keys)});
    }
    if (invocation.json) {
        std::cout << list.dump() << '\n';
    } else {
        print_table(std::cout, rows);
    }
    return 0;
}

void add_add(CLI::App& parent, Invocation& invocation) {
    auto options = std::make_shared<AddOptions>();
    CLI::App* const command = parent.add_subcommand("add", "Declare somebody who reads and changes secrets");
    command->add_option("name", options->person.name, "The operator's name")->required();
    add_key_options(*command, options->keys);
    command->add_option("--group", options->person.groups, "A group, for `access:`; may be given again")
        ->allow_extra_args(false);
    command->add_flag("--listed", options->person.listed, "Reads only the files that `access:` gives by name");
    command->add_flag("--recovery", options->person.recovery, "On every file, whatever `access:` says: an offline key");
    command->add_flag("--no-sync", options->no_sync, "Change bestow.yaml only");
    add_reader_options(*command, options->readers);
    command->footer("Example:\n  bestow operator add bob --key-file bob.pub --group admin");
    command->callback([&invocation, options] {
        invocation.action = [&invocation, options] { return act_add(invocation, *options); };
    });
}

void add_list(CLI::App& parent, Invocation& invocation) {
    CLI::App* const command = parent.add_subcommand("list", "The operators, their groups and keys");
    command->footer("Example:\n  bestow operator list --json");
    command->callback([&invocation] { invocation.action = [&invocation] { return act_list(invocation); }; });
}

void add_remove(CLI::App& parent, Invocation& invocation) {
    auto options = std::make_shared<ChangeOptions>();
    options->kind = Reader::Kind::Operator;
    CLI::App* const command =
        parent.add_subcommand("remove", "Forget an operator; files that they could read get new data keys");
    add_change_options(*command, *options);
    command->footer(
        "Whatever they could read, they may have kept: change these values, too.\n\nExample:\n"
        "  bestow operator remove bob");
    command->callback([&invocation, options] {
        invocation.action = [&invocation, options] { return remove_reader(invocation, *options); };
    });
}

}  // namespace

void add_operator_command(CLI::App& parser, Invocation& invocation) {
    CLI::App* const command = parser.add_subcommand("operator", "People and CI jobs: add, list, replace-key, remove");
    command->require_subcommand(1);
    command->footer("Example:\n  bestow operator add bob --key-file bob.pub");
    add_add(*command, invocation);
    add_list(*command, invocation);
    add_replace_key(*command, invocation, Reader::Kind::Operator);
    add_remove(*command, invocation);
}

}  // namespace bestow::cli
