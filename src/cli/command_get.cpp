#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/store_options.hpp"
#include "cli/value_place.hpp"
#include "operations/key_argument.hpp"
#include "operations/public_half_proof.hpp"
#include "operations/read_value.hpp"

#include <map>
#include <memory>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

using operations::OpenStore;

constexpr std::size_t kFileLimitBytes = std::size_t{64} * 1024 * 1024;

struct Options {
    ValuePlace place;
    std::string as;
};

std::optional<sops::Rendering> rendering_of(const std::string& word) {
    static const std::map<std::string, sops::Rendering> words = {{"raw", sops::Rendering::Raw},
                                                                 {"yaml", sops::Rendering::Yaml},
                                                                 {"json", sops::Rendering::Json},
                                                                 {"env", sops::Rendering::Env}};
    if (word.empty()) {
        return std::nullopt;
    }
    const auto found = words.find(word);
    if (found == words.end()) {
        throw Error(ErrorKind::Usage, format("--as takes one of raw, yaml, json, env{}",
                                             did_you_mean(word, {"raw", "yaml", "json", "env"})));
    }
    return found->second;
}

std::optional<sops::Rendering> declared_rendering(const OpenStore& store, const std::string& secret) {
    const std::optional<policy::As> as = operations::find_declared(store.policy(), secret).as;
    if (!as) {
        return std::nullopt;
    }
    switch (*as) {
        case policy::As::Yaml:
            return sops::Rendering::Yaml;
        case policy::As::Json:
            return sops::Rendering::Json;
        case policy::As::Env:
            return sops::Rendering::Env;
        default:
            return std::nullopt;
    }
}

/// `-f FILE` needs no store when none is here.
int act_on_file(const Invocation& invocation, const Options& options) {
    const document::KeyPath key = operations::parse_key_argument(options.place.name);
    const std::optional<sops::Rendering> as = rendering_of(options.as);
    const os::UniqueFd file = invocation.system->open_for_reading(options.place.file);
    const store::StoredFile stored = store::classify_file(
        options.place.file, invocation.system->read_text(file.get(), kFileLimitBytes, options.place.file));
    const operations::OperatorIdentities identities =
        operations::load_operator_identities(*invocation.system, identity_request(invocation));
    const SecretBytes value = operations::read_value(stored, key, as, identities);
    report_warnings(invocation, identities.warnings);
    write_value_output(invocation, value.view());
    return 0;
}

/// Whoever takes the key would otherwise hand on a public half of somebody else's.
void warn_of_public_half(const Invocation& invocation, OpenStore& store, const Options& options,
                         const SecretBytes& value) {
    if (!options.place.file.empty()) {
        return;
    }
    const policy::SecretSource& source = operations::find_source(store.view(), options.place.name, options.place.host);
    const auto proof = operations::HalfProver(store).prove_with(source, value.view());
    if (proof && proof->outcome != operations::HalfProof::Outcome::Right) {
        const std::string hint = proof->hint.empty() ? "" : format("; {}", proof->hint);
        report_warnings(invocation, {format("{}: {}{}", bestow::quoted(proof->file), proof->reason, hint)});
    }
}

int act(const Invocation& invocation, const Options& options) {
    if (!options.place.file.empty() && options.place.host.empty() &&
        !store::Store::try_open(*invocation.system, invocation.store_directory)) {
        return act_on_file(invocation, options);
    }
    OpenStore store = open_store(invocation, OpenStore::Purpose::Reading);
    std::optional<sops::Rendering> as = rendering_of(options.as);
    const operations::ValueAddress address = address_of(store, options.place);
    if (!as && options.place.file.empty()) {
        as = declared_rendering(store, options.place.name);
    }
    const SecretBytes value = operations::read_value(store, address, as);
    report_identity_warnings(invocation, store);
    warn_of_public_half(invocation, store, options, value);
    write_value_output(invocation, value.view());
    return 0;
}

}  // namespace

void add_get_command(CLI::App& parser, Invocation& invocation) {
    auto options = std::make_shared<Options>();
    CLI::App* const command = parser.add_subcommand("get", "Print a secret's value");
    add_value_place(*command, options->place);
    command->add_option("--as", options->as, "Print a subtree as yaml, json or env");
    command->footer(
        "Prints exactly the value's bytes, without a newline of its own unless standard output is a terminal.\n\n"
        "Examples:\n"
        "  bestow get powerdns/api-key\n"
        "  bestow get wireguard/private-key --host brunnen | wg pubkey\n"
        "  bestow get -f secrets/db.yaml users --as json");
    command->callback(
        [&invocation, options] { invocation.action = [&invocation, options] { return act(invocation, *options); }; });
}

}  // namespace bestow::cli
