#include "operations/approved_commands.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "document/json_value.hpp"
#include "operations/shell_words.hpp"
#include "operations/state_lines.hpp"

#include <algorithm>

namespace bestow::operations {
namespace {

constexpr const char* kFileName = "approved_commands";

std::string line_of(const OpenStore& store, const policy::Secret& secret) {
    const std::string path = store.store().path();
    if (path.find_first_of("\t\n") != std::string::npos) {
        throw Error(ErrorKind::Failed, format("the store's path {} holds a tab or a line break", quoted(path)));
    }
    const std::string hash = to_hex(crypto::sha256(as_bytes(command_declaration(secret))));
    return format("{}\t{}\t{}", path, secret.name, hash);
}

/// "./x", "a/b" and paths into the store: what lies there can be pushed.
void refuse_files_of_store(const OpenStore& store, const policy::Secret& secret) {
    const std::string& program = secret.generate->command.front();
    if (program.find('/') != std::string::npos && program.front() != '/') {
        throw Error(ErrorKind::Policy,
                    format("secret {}: the program {} is a relative path", quoted(secret.name), quoted(program)),
                    "a command names a program of PATH, or an absolute path outside the store");
    }
    for (const std::string& word : secret.generate->command) {
        if (word.find(store.store().path() + "/") != std::string::npos) {
            throw Error(ErrorKind::Policy,
                        format("secret {}: its command names {}, which is in the store: whoever can push could "
                               "exchange what is run",
                               quoted(secret.name), quoted(word)),
                        "keep programs outside of the store");
        }
    }
}

}  // namespace

std::string command_declaration(const policy::Secret& secret) {
    using document::JsonValue;
    const policy::Generate& generate = *secret.generate;
    JsonValue object = JsonValue::object();
    object.set("secret", JsonValue::text(secret.name)).set("per", JsonValue::text(secret.per));
    object.set("command", JsonValue::texts(generate.command)).set("inputs", JsonValue::texts(generate.inputs));
    object.set("timeout", JsonValue::number(static_cast<std::int64_t>(generate.timeout_seconds)));
    return object.dump();
}

std::string command_line(const policy::Secret& secret) {
    std::vector<std::string> words;
    for (const std::string& word : secret.generate->command) {
        words.push_back(quote_shell_word(word));
    }
    return join(words, " ");
}

bool is_approved(const OpenStore& store, const policy::Secret& secret) {
    return StateLines::load(store.system(), kFileName).contains(line_of(store, secret));
}

void approve_commands(const OpenStore& store, const std::vector<const policy::Secret*>& secrets,
                      const CommandApproval& approval) {
    StateLines approved = StateLines::load(store.system(), kFileName);
    std::vector<const policy::Secret*> unapproved;
    for (const policy::Secret* secret : secrets) {
        refuse_files_of_store(store, *secret);
        const std::string line = line_of(store, *secret);
        if (std::find(approval.accepted.begin(), approval.accepted.end(), secret->name) != approval.accepted.end()) {
            approved.add(line);
        } else if (!approved.contains(line)) {
            unapproved.push_back(secret);
        }
    }
    if (!unapproved.empty() && !(approval.ask && approval.ask(unapproved))) {
        std::vector<std::string> described;
        std::vector<std::string> options;
        for (const policy::Secret* secret : unapproved) {
            described.push_back(format("{} ({})", quoted(secret->name), command_line(*secret)));
            options.push_back("--approve " + secret->name);
        }
        throw Error(ErrorKind::Policy, on_one_line(format("not approved to run: {}", join(described, ", "))),
                    format("read what they do, then add {}", join(options, " ")));
    }
    for (const policy::Secret* secret : unapproved) {
        approved.add(line_of(store, *secret));
    }
    approved.save(store.system());
}

}  // namespace bestow::operations
