#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/report.hpp"
#include "cli/store_options.hpp"
#include "cli/value_place.hpp"
#include "operations/typed_value.hpp"
#include "operations/value_kind.hpp"
#include "operations/working_files.hpp"
#include "policy/source.hpp"

#include <memory>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

using operations::OpenStore;
using operations::WorkingFiles;

struct Options {
    ValuePlace place;
    ValueOptions value;
    ReaderOptions readers;
    std::string type;  ///< empty: a string, unless that changes the type of what is there
    bool force = false;
};

/// Before anybody is asked for a value.
void check_kind(WorkingFiles& files, const operations::ValueAddress& address, sops::ValueType type) {
    try {
        operations::check_same_kind(files, address, type);
    } catch (Error& error) {
        if (error.kind() == ErrorKind::Policy && error.hint().empty()) {
            error.set_hint("--type says of which type it is meant to be; --force replaces it anyway");
        }
        throw;
    }
}

/// Its other half was made from the old value.
void warn_of_public_half(const Invocation& invocation, const OpenStore& store, const ValuePlace& place) {
    if (!place.file.empty()) {
        return;
    }
    const policy::SecretSource& source = operations::find_source(store.view(), place.name, place.host);
    if (!source.secret->generate || !source.secret->generate->has_public_half()) {
        return;
    }
    const std::string file = policy::public_file_of(*source.secret, source.variant);
    if (store.store().try_read_text(file)) {
        report_warning(
            invocation.program_name,
            format("{} is the public half of the old value: bestow generate --public-halves {} writes the new one's",
                   bestow::quoted(file), place.name));
    }
}

int act(const Invocation& invocation, const Options& options) {
    const sops::ValueType type = operations::parse_value_type(options.type.empty() ? "string" : options.type);
    OpenStore store = open_store_for(invocation, OpenStore::Purpose::Writing, options.place);
    const operations::ValueAddress address = address_of(store, options.place);
    WorkingFiles files(store, confirmation_for(invocation, options.readers));
    if (options.type.empty() && !options.force) {
        check_kind(files, address, type);
    }
    ValueOptions source = options.value;
    source.raw = source.raw || address.key.empty();  // a whole document is what it is, byte for byte
    source.allow_empty = source.allow_empty || type == sops::ValueType::Null;
    const sops::Value value =
        operations::make_typed_value(read_value_input(invocation, source, operations::describe_address(address)), type);
    // A declared secret has no business in plaintext; `-f` may address what the file's selector leaves so on purpose.
    files.set(
        address, value,
        options.place.file.empty() ? WorkingFiles::WhenUnencrypted::Refuse : WorkingFiles::WhenUnencrypted::Allow);
    (void)files.commit();
    report_identity_warnings(invocation, store);
    report_warnings(invocation, files.warnings());
    warn_of_public_half(invocation, store, options.place);
    return 0;
}

}  // namespace

void add_set_command(CLI::App& parser, Invocation& invocation) {
    auto options = std::make_shared<Options>();
    CLI::App* const command = parser.add_subcommand("set", "Set a secret's value");
    add_value_place(*command, options->place);
    command->add_option("--type", options->type, "string (default), int, float, bool or null");
    command->add_flag("--force", options->force, "Also in the place of a map, a list or a value of another type");
    add_value_options(*command, options->value);
    add_reader_options(*command, options->readers);
    command->footer(
        "The value comes from standard input (one final newline is dropped, except of a whole document),\n"
        "--value-file (exactly), or a hidden prompt; never from an argument. Everything else in the file stays byte "
        "for byte.\n\n"
        "Examples:\n"
        "  bestow set powerdns/api-key\n"
        "  pwgen -s 40 1 | bestow set wireguard/private-key --host brunnen\n"
        "  bestow set -f secrets/db.yaml 'users[0].password' --value-file /run/user/1000/new");
    command->callback(
        [&invocation, options] { invocation.action = [&invocation, options] { return act(invocation, *options); }; });
}

}  // namespace bestow::cli
