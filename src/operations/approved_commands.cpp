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

std::string line_of(const OpenStore& store, const policy::Secret& secret, const GeneratorProgram& program) {
    const std::string path = store.store().path();
    if (path.find_first_of("\t\n") != std::string::npos) {
        throw Error(ErrorKind::Failed, format("the store's path {} holds a tab or a line break", quoted(path)));
    }
    const std::string hash = to_hex(crypto::sha256(as_bytes(command_declaration(secret, program))));
    return format("{}\t{}\t{}", path, secret.name, hash);
}

struct Unapproved {
    const policy::Secret* secret;
    std::string declaration;
    std::string line;
};

Error not_approved(const std::vector<Unapproved>& unapproved) {
    std::vector<std::string> described;
    std::vector<std::string> options;
    for (const Unapproved& one : unapproved) {
        described.push_back(format("{} ({})", quoted(one.secret->name), command_line(*one.secret)));
        options.push_back("--approve " + one.secret->name);
    }
    return {ErrorKind::Policy, on_one_line(format("not approved to run: {}", join(described, ", "))),
            format("read what they do, then add {}", join(options, " "))};
}

bool are_allowed(const std::vector<Unapproved>& unapproved, const CommandApproval& approval) {
    std::vector<std::string> declarations;
    for (const Unapproved& one : unapproved) {
        declarations.push_back(one.declaration);
    }
    return unapproved.empty() || (approval.ask && approval.ask(declarations));
}

}  // namespace

std::string command_declaration(const policy::Secret& secret, const GeneratorProgram& program) {
    using document::JsonValue;
    const policy::Generate& generate = *secret.generate;
    JsonValue object = JsonValue::object();
    object.set("secret", JsonValue::text(secret.name)).set("per", JsonValue::text(secret.per));
    object.set("command", JsonValue::texts(generate.command)).set("inputs", JsonValue::texts(generate.inputs));
    object.set("timeout", JsonValue::number(static_cast<std::int64_t>(generate.timeout_seconds)));
    object.set("program", JsonValue::text(program.path)).set("sha512", JsonValue::text(program.sha512));
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
    try {
        return StateLines::load(store.system(), kFileName)
            .contains(line_of(store, secret, find_program(store, secret)));
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::Policy) {
            throw;
        }
        return false;
    }
}

ApprovedPrograms approve_commands(const OpenStore& store, const std::vector<const policy::Secret*>& secrets,
                                  const CommandApproval& approval) {
    ApprovedPrograms programs;
    StateLines approved = StateLines::load(store.system(), kFileName);
    std::vector<Unapproved> unapproved;
    for (const policy::Secret* secret : secrets) {
        const GeneratorProgram program = find_program(store, *secret);
        programs.emplace(secret, program);
        const std::string line = line_of(store, *secret, program);
        if (std::find(approval.accepted.begin(), approval.accepted.end(), secret->name) != approval.accepted.end()) {
            approved.add(line);
        } else if (!approved.contains(line)) {
            unapproved.push_back({secret, command_declaration(*secret, program), line});
        }
    }
    if (!are_allowed(unapproved, approval)) {
        throw not_approved(unapproved);
    }
    for (const Unapproved& one : unapproved) {
        approved.add(one.line);
    }
    approved.save(store.system());
    return programs;
}

}  // namespace bestow::operations
