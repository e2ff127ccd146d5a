#include "operations/derivation.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "generate/make_value.hpp"
#include "operations/approved_commands.hpp"
#include "policy/dependency_order.hpp"
#include "policy/generate_strength.hpp"

#include <algorithm>

namespace bestow::operations {
namespace {

using policy::GenerateKind;
using policy::SecretSource;

std::string what_is_signed(const SecretSource& source, bool value) {
    const policy::Generate& generate = *source.secret->generate;
    if (generate.is_certificate() && (!value || generate.kind == GenerateKind::X509)) {
        return format("a certificate that {} signs: {}", generate.ca.empty() ? "its own key" : generate.ca,
                      generate::what_is_certified(*source.secret, source.variant));
    }
    return "";
}

std::string what_is_made(const SecretSource& source) {
    const policy::Generate& generate = *source.secret->generate;
    switch (generate.kind) {
        case GenerateKind::Htpasswd:
        case GenerateKind::Bcrypt:
        case GenerateKind::Sha512crypt:
        case GenerateKind::Yescrypt:
            return format("the {} hash of {}",
                          generate.kind == GenerateKind::Htpasswd ? "bcrypt" : policy::to_text(generate.kind),
                          generate.of);
        case GenerateKind::Command:
            return format("what {} prints{}", command_line(*source.secret),
                          generate.inputs.empty() ? "" : format(" when it gets {}", join(generate.inputs, ", ")));
        default:
            return policy::can_be_guessed(generate) ? "drawn from so few that it can be guessed" : "";
    }
}

bool reads(const OpenStore& store, const policy::Reader& reader, const std::string& file) {
    const std::vector<policy::Reader> readers = store.readers_of(file);
    return std::any_of(readers.begin(), readers.end(),
                       [&](const policy::Reader& one) { return one.kind == reader.kind && one.name == reader.name; });
}

bool reads_all_inputs(const OpenStore& store, const SecretSource& source, const policy::Reader& reader) {
    const std::vector<std::string> names = source.secret->generate->dependencies();
    return !names.empty() && std::all_of(names.begin(), names.end(), [&](const std::string& name) {
        const SecretSource* const input = policy::input_source(store.view().sources, name, source.variant);
        return input != nullptr && reads(store, reader, input->file);
    });
}

}  // namespace

std::optional<Derivation> derivation_of(const OpenStore& store, const SecretSource& source, bool value) {
    if (!source.secret->generate) {
        return std::nullopt;
    }
    Derivation derivation{&source, what_is_signed(source, value), {}};
    if (derivation.what.empty() && value) {
        derivation.what = what_is_made(source);
    }
    if (derivation.what.empty()) {
        return std::nullopt;
    }
    for (const policy::Reader& reader : value ? store.readers_of(source.file) : std::vector<policy::Reader>()) {
        const std::string name =
            format("{} {}", reader.kind == policy::Reader::Kind::Host ? "host" : "operator", reader.name);
        const bool is_known = std::find(derivation.readers.begin(), derivation.readers.end(), name) !=
                              derivation.readers.end();  // one with several keys
        if (!is_known && !reads_all_inputs(store, source, reader)) {
            derivation.readers.push_back(name);
        }
    }
    return derivation;
}

std::string describe_derivation(const Derivation& derivation) {
    const SecretSource& source = *derivation.source;
    return format("{}{}: {}{}", source.secret->name, source.variant.empty() ? "" : format(" for {}", source.variant),
                  derivation.what,
                  derivation.readers.empty() ? "" : format("; goes to {}", join(derivation.readers, ", ")));
}

}  // namespace bestow::operations
