#include "cli/key_actions.hpp"

#include "age/age.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/passphrase.hpp"
#include "cli/report.hpp"
#include "cli/shown.hpp"
#include "cli/streams.hpp"
#include "document/json_value.hpp"
#include "ssh/private_key.hpp"

#include <iostream>

namespace bestow::cli {
namespace {

using document::JsonValue;

constexpr std::size_t kKeyFileLimit = std::size_t{1} * 1024 * 1024;

/// A line of ssh-keyscan has the host's name before the key.
std::string_view without_host(std::string_view line) {
    const std::string_view first = line.substr(0, line.find(' '));
    const bool starts_with_type =
        first.substr(0, 4) == "ssh-" || first.substr(0, 6) == "ecdsa-" || first.substr(0, 3) == "sk-";
    return starts_with_type ? line : trim(line.substr(first.size()));
}

SecretBytes convert_private(const Invocation& invocation, ByteView file, const std::string& name) {
    SecretBuilder text;
    text.append(age::ssh_private_key_as_identity(file, name, ask_for_keys(*invocation.terminal)).view());
    text.append("\n");
    return text.finish();
}

SecretBytes convert_public(const Invocation& invocation, ByteView file, const std::string& name) {
    SecretBuilder recipients;
    std::size_t number = 0;
    for (const std::string_view raw : split(as_text(file), '\n')) {
        ++number;
        const std::string_view line = trim(raw);
        if (line.empty() || line.front() == '#') {
            continue;
        }
        try {
            const ssh::PublicKey key = ssh::parse_public_key(without_host(line));
            if (key.type == ssh::KeyType::Ed25519) {
                recipients.append(age::recipient_as_x25519(key.text()) + '\n');
            } else {
                report_warning(invocation.program_name, "skipped an ssh-rsa key: only ed25519 keys can be converted");
            }
        } catch (Error& error) {
            error.add_context(format("{}: line {}", quoted(name), number));
            throw;
        }
    }
    if (recipients.size() == 0) {
        throw Error(ErrorKind::Format, format("{}: no ed25519 key in it", quoted(name)));
    }
    return recipients.finish();
}

/// What is told of one key.
struct KeyFacts {
    std::string kind;  ///< "ssh-ed25519 private key"
    std::size_t bits = 256;
    std::string fingerprint;  ///< empty for age keys
    std::string recipient;
    std::string converted;  ///< the X25519 recipient that it also stands for; may be empty
    bool is_private = false;
    bool is_protected = false;
    std::string obstacle;  ///< why no passphrase opens it here
};

KeyFacts facts_of(const ssh::PublicKey& key) {
    KeyFacts facts;
    const bool rsa = key.type == ssh::KeyType::Rsa;
    facts.kind = rsa ? "ssh-rsa" : "ssh-ed25519";
    facts.bits = rsa ? key.rsa_modulus_bits() : 256;
    facts.fingerprint = key.fingerprint();
    facts.recipient = key.text();
    facts.converted = rsa ? std::string() : age::recipient_as_x25519(key.text());
    return facts;
}

KeyFacts facts_of_private(ByteView file) {
    const ssh::PrivateKeySummary summary = ssh::inspect_private_key(file);
    KeyFacts facts;
    if (summary.public_key) {
        facts = facts_of(*summary.public_key);
    } else {
        facts.kind = "PEM";
        facts.bits = 0;
    }
    facts.is_private = true;
    facts.is_protected = summary.is_protected;
    facts.obstacle = summary.obstacle;
    return facts;
}

std::vector<KeyFacts> facts_of_file(ByteView file, const std::string& name) {
    if (ssh::looks_like_private_key(file)) {
        return {facts_of_private(file)};
    }
    const std::string_view text = trim(as_text(file));
    if (text.substr(0, 4) == "ssh-" || text.substr(0, 6) == "ecdsa-" || text.substr(0, 3) == "sk-") {
        return {facts_of(ssh::parse_public_key(text.substr(0, text.find('\n'))))};
    }
    std::vector<KeyFacts> all;
    KeyFacts facts;
    facts.kind = "age X25519";
    if (text.substr(0, 4) == "age1") {
        facts.recipient = age::normalize_recipient(text.substr(0, text.find('\n')));
        return {facts};
    }
    facts.is_private = true;
    if (age::looks_like_age_file(file)) {
        facts.kind = "age, protected";
        facts.bits = 0;
        facts.is_protected = true;
        return {facts};
    }
    for (const auto& identity : age::parse_identities(file, name)) {
        facts.recipient = identity->recipient_text();
        all.push_back(facts);
    }
    return all;
}

JsonValue to_json(const KeyFacts& facts) {
    JsonValue value = JsonValue::object();
    value.set("type", JsonValue::text(facts.kind))
        .set("bits", JsonValue::number(static_cast<std::int64_t>(facts.bits)))
        .set("private", JsonValue::boolean(facts.is_private))
        .set("protected", JsonValue::boolean(facts.is_protected));
    const auto set_text = [&](const char* name, const std::string& text) {
        value.set(name, text.empty() ? JsonValue::null() : JsonValue::text(text));
    };
    set_text("fingerprint", facts.fingerprint);
    set_text("recipient", facts.recipient);
    set_text("age_recipient", facts.converted);
    return value;
}

std::string to_text(const KeyFacts& facts) {
    std::string text = format("type:        {} {} key", facts.kind, facts.is_private ? "private" : "public");
    text += facts.bits > 0 ? format(", {} bits\n", facts.bits) : "\n";
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty()) {
            text += format("{:<13}{}\n", name, value);
        }
    };
    if (facts.is_private) {
        add("passphrase:", !facts.is_protected      ? "no"
                           : facts.obstacle.empty() ? "yes"
                                                    : "yes, but none opens it here: " + facts.obstacle);
    }
    add("fingerprint:", facts.fingerprint);
    add("recipient:", facts.recipient);
    add("as age:", facts.converted);
    return text;
}

}  // namespace

int convert_keys(Invocation& invocation, const ConvertRequest& request) {
    StandardInput standard_input;
    const SecretBytes file = read_input(*invocation.system, request.input, standard_input, kKeyFileLimit);
    const std::string name = is_standard_stream(request.input) ? "standard input" : request.input;
    if (!request.private_key && ssh::looks_like_private_key(file.view())) {
        throw Error(ErrorKind::Usage, format("{} is a private key", quoted(name)),
                    "convert it with --private-key, or convert the .pub file beside it");
    }
    const SecretBytes converted = request.private_key ? convert_private(invocation, file.view(), name)
                                                      : convert_public(invocation, file.view(), name);
    OutputFile output(*invocation.system, request.output);
    output.write(converted.view());
    output.commit();
    return 0;
}

int inspect_key(Invocation& invocation, const std::string& path) {
    StandardInput standard_input;
    const SecretBytes file = read_input(*invocation.system, path, standard_input, kKeyFileLimit);
    const std::vector<KeyFacts> all = facts_of_file(file.view(), is_standard_stream(path) ? "standard input" : path);
    if (invocation.json) {
        JsonValue list = JsonValue::array();
        for (const KeyFacts& facts : all) {
            list.append(to_json(facts));
        }
        std::cout << list.dump() << '\n';
        return 0;
    }
    for (const KeyFacts& facts : all) {
        std::cout << (&facts == &all.front() ? "" : "\n") << shown_text(to_text(facts));
    }
    return 0;
}

}  // namespace bestow::cli
