#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/enrolment.hpp"
#include "cli/shown.hpp"
#include "cli/store_options.hpp"
#include "document/json_value.hpp"
#include "operations/file_report.hpp"

#include <algorithm>
#include <iostream>
#include <memory>
#include <set>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

using document::JsonValue;
using operations::FileReport;
using operations::OpenStore;
using policy::Reader;
using store::StoredFile;

/// A reader of one file, by the policy and in fact.
struct ReaderState {
    std::string description;  ///< "host 'web1'"
    const char* kind;         ///< "host", "operator", or "unknown" for one who is not entitled
    std::string name;         ///< empty for one who is not entitled
    std::string recipient;
    bool entitled = true;
    std::optional<bool> in_file;  ///< nullopt: cannot be told
    std::string fingerprint;      ///< of the declared key; empty for one who is not entitled
    std::string until;            ///< the last day of that key; empty without one
};

/// The last day of a declared key.
std::string until_of(const policy::Policy& policy, const Reader& reader) {
    const auto in = [&](const std::vector<policy::Key>& keys) {
        const auto found =
            std::find_if(keys.begin(), keys.end(), [&](const auto& key) { return key.recipient == reader.key; });
        return found != keys.end() ? found->until.value_or("") : "";
    };
    const policy::Host* const host = policy.find_host(reader.name);
    const policy::Operator* const person = policy.find_operator(reader.name);
    return host != nullptr ? in(host->keys) : person != nullptr ? in(person->keys) : "";
}

std::string shown_reader(const ReaderState& state) {
    if (state.fingerprint.empty()) {
        return state.description;
    }
    return format("{} ({}{})", state.description, state.fingerprint,
                  state.until.empty() ? "" : format(", until {}", state.until));
}

std::vector<ReaderState> states_of(const OpenStore& store, const FileReport& report) {
    std::vector<ReaderState> states;
    for (const Reader& reader : report.entitled) {
        std::optional<bool> in_file;
        if (report.drift) {
            const auto& missing = report.drift->missing;
            in_file = std::none_of(missing.begin(), missing.end(),
                                   [&](const Reader& one) { return one.recipient == reader.recipient; });
        }
        const char* kind = reader.kind == Reader::Kind::Host ? "host" : "operator";
        states.push_back({format("{} {}", kind, bestow::quoted(reader.name)), kind, reader.name, reader.recipient, true,
                          in_file, fingerprint_of(reader.key), until_of(store.policy(), reader)});
    }
    for (const std::string& recipient : report.drift ? report.drift->surplus : std::vector<std::string>()) {
        states.push_back(
            {store::describe_recipient(store.policy(), recipient), "unknown", "", recipient, false, true, "", ""});
    }
    return states;
}

std::vector<std::string> secret_names(const FileReport& report) {
    std::vector<std::string> names;
    for (const policy::SecretSource* source : report.sources) {
        names.push_back(source->secret->name);
    }
    return names;
}

std::string_view file_state(const FileReport& report) {
    if (report.problem) {
        return "malformed";
    }
    switch (report.stored.kind) {
        case StoredFile::Kind::Missing:
            return "missing";
        case StoredFile::Kind::Age:
            return "age file";
        case StoredFile::Kind::Plaintext:
            return "plaintext";
        case StoredFile::Kind::Sops:
            break;
    }
    return "encrypted";
}

std::string_view remark_on(const ReaderState& state, const FileReport& report) {
    if (!state.entitled) {
        return "  (may not, but can: bestow sync)";
    }
    if (state.in_file == false) {
        return "  (may, but cannot yet: bestow sync)";
    }
    return report.stored.kind == StoredFile::Kind::Age ? "  (whether it can, an age file does not tell)" : "";
}

/// nullptr unless several key groups have to come together.
const sops::Metadata* shared_metadata(const FileReport& report) {
    const bool shared = report.stored.document && report.stored.document->metadata().is_shared();
    return shared ? &report.stored.document->metadata() : nullptr;
}

void print(const OpenStore& store, const std::vector<FileReport>& reports) {
    for (const FileReport& report : reports) {
        std::cout << format("{} ({}){}{}\n", shown_line(report.file), file_state(report),
                            report.sources.empty() ? "" : ": ", shown_line(join(secret_names(report), ", ")));
        if (const sops::Metadata* const metadata = shared_metadata(report)) {
            std::cout << format("  nobody alone: {} of {} key groups have to come together\n",
                                metadata->groups_needed(), metadata->groups.size());
        }
        for (const ReaderState& state : states_of(store, report)) {
            std::cout << format("  {}{}\n", shown_line(shown_reader(state)), remark_on(state, report));
        }
    }
}

/// null unless several key groups have to come together.
JsonValue groups_json(const FileReport& report) {
    const sops::Metadata* const metadata = shared_metadata(report);
    if (metadata == nullptr) {
        return JsonValue::null();
    }
    JsonValue groups = JsonValue::array();
    for (const std::vector<std::string>& group : report.stored.document->recipient_groups()) {
        groups.append(JsonValue::texts(group));
    }
    return JsonValue::object()
        .set("needed", JsonValue::number(static_cast<std::int64_t>(metadata->groups_needed())))
        .set("groups", std::move(groups));
}

void print_json(const OpenStore& store, const std::vector<FileReport>& reports) {
    JsonValue list = JsonValue::array();
    for (const FileReport& report : reports) {
        JsonValue readers = JsonValue::array();
        for (const ReaderState& state : states_of(store, report)) {
            readers.append(JsonValue::object()
                               .set("reader", JsonValue::text(state.description))
                               .set("kind", JsonValue::text(state.kind))
                               .set("name", JsonValue::text(state.name))
                               .set("recipient", JsonValue::text(state.recipient))
                               .set("fingerprint", JsonValue::text(state.fingerprint))
                               .set("until", state.until.empty() ? JsonValue::null() : JsonValue::text(state.until))
                               .set("entitled", JsonValue::boolean(state.entitled))
                               .set("in_file", state.in_file ? JsonValue::boolean(*state.in_file) : JsonValue::null()));
        }
        list.append(JsonValue::object()
                        .set("file", JsonValue::text(report.file))
                        .set("state", JsonValue::text(file_state(report)))
                        .set("secrets", JsonValue::texts(secret_names(report)))
                        .set("key_groups", groups_json(report))
                        .set("readers", readers));
    }
    std::cout << list.dump() << '\n';
}

bool names_reader(const OpenStore& store, const FileReport& report, const std::string& name) {
    const std::vector<ReaderState> states = states_of(store, report);
    return std::any_of(states.begin(), states.end(), [&](const ReaderState& state) {
        return state.description.starts_with(format("host {}", bestow::quoted(name))) ||
               state.description.starts_with(format("operator {}", bestow::quoted(name)));
    });
}

bool holds_secret(const policy::FileAccess& access, const std::string& name) {
    return std::any_of(access.sources.begin(), access.sources.end(),
                       [&](const policy::SecretSource* source) { return source->secret->name == name; });
}

Error nothing_called(const OpenStore& store, const std::string& name) {
    std::vector<std::string> names;
    for (const policy::Secret& secret : store.policy().secrets) {
        names.push_back(secret.name);
    }
    for (const policy::Host& host : store.policy().hosts) {
        names.push_back(host.name);
    }
    for (const policy::Operator& person : store.policy().operators) {
        names.push_back(person.name);
    }
    for (const policy::FileAccess& access : store.view().access) {
        names.push_back(access.file);
    }
    return {ErrorKind::NotFound,
            format("there is no secret, host, operator or file {}{}", bestow::quoted(name), did_you_mean(name, names))};
}

/// Every file; those of one secret; those that one host or operator reads; or one file.
std::vector<FileReport> select(const OpenStore& store, const std::string& name) {
    const policy::Policy& policy = store.policy();
    const bool is_secret = policy.find_secret(name) != nullptr;
    const bool is_reader = policy.find_host(name) != nullptr || policy.find_operator(name) != nullptr;
    std::vector<FileReport> reports;
    for (const policy::FileAccess& access : store.view().access) {
        if (is_secret && !holds_secret(access, name)) {
            continue;
        }
        FileReport report = operations::report_file(store.store(), access);
        if (name.empty() || is_secret || (is_reader && names_reader(store, report, name))) {
            reports.push_back(std::move(report));
        }
    }
    if (name.empty() || is_secret || is_reader) {
        return reports;
    }
    const std::string file = name_in_store(store.store(), name);
    if (const policy::FileAccess* access = store.view().find_file(file)) {
        reports.push_back(operations::report_file(store.store(), *access));
    } else if (store.store().try_read_text(file)) {
        reports.push_back(operations::report_file(store.store(), {file, {}, store.readers_of(file)}));
    } else {
        throw nothing_called(store, name);
    }
    return reports;
}

int act(const Invocation& invocation, const std::string& name) {
    const OpenStore store = open_store(invocation, OpenStore::Purpose::Reading);
    const std::vector<FileReport> reports = select(store, name);
    if (invocation.json) {
        print_json(store, reports);
    } else {
        print(store, reports);
    }
    return 0;
}

}  // namespace

void add_who_command(CLI::App& parser, Invocation& invocation) {
    auto name = std::make_shared<std::string>();
    CLI::App* const command =
        parser.add_subcommand("who", "Who may read what by bestow.yaml, and who can by the files themselves");
    command->add_option("name", *name, "A secret, host, operator or file (default: every file)");
    command->footer(
        "Examples:\n"
        "  bestow who powerdns/api-key\n"
        "  bestow who brunnen");
    command->callback(
        [&invocation, name] { invocation.action = [&invocation, name] { return act(invocation, *name); }; });
}

}  // namespace bestow::cli
