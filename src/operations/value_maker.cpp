#include "operations/value_maker.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "crypto/random.hpp"
#include "generate/make_value.hpp"
#include "operations/read_value.hpp"
#include "operations/run_generator.hpp"
#include "policy/dependency_order.hpp"
#include "policy/source.hpp"

namespace bestow::operations {
namespace {

using policy::GenerateKind;
using policy::SecretSource;

std::pair<std::string, std::string> place_of(const SecretSource& source) {
    return {source.secret->name, source.variant};
}

std::string described(const SecretSource& source) {
    return format("secret {}{}", quoted(source.secret->name),
                  source.variant.empty() ? "" : format(" for {}", quoted(source.variant)));
}

/// Runs `act`; what it throws says which value was being made.
template <typename Act>
auto for_secret(const SecretSource& source, Act act) {
    try {
        return act();
    } catch (Error& error) {
        error.add_context(described(source));
        throw;
    }
}

}  // namespace

const SecretBytes& ValueMaker::value_of(const SecretSource& source) {
    const auto known = values_.find(place_of(source));
    if (known != values_.end()) {
        return known->second;
    }
    try {
        return values_.emplace(place_of(source), read_value(store_, {source.file, source.key}, std::nullopt))
            .first->second;
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::NotFound) {
            throw;
        }
        throw Error(ErrorKind::NotFound, format("{} has no value yet", described(source)),
                    format("bestow {} {}", source.secret->generate ? "generate" : "set", source.secret->name));
    }
}

const SecretBytes& ValueMaker::input_of(const SecretSource& source, const std::string& name) {
    const SecretSource* const input = policy::input_source(store_.view().sources, name, source.variant);
    if (input == nullptr) {
        throw Error(ErrorKind::Policy, format("secret {} has no value for it", quoted(name)));
    }
    return value_of(*input);
}

/// Of a CA: from this run, else the file beside its key. Never made here: nobody was shown what it would say.
std::string ValueMaker::certificate_of(const SecretSource& source) {
    const auto known = public_halves_.find(place_of(source));
    if (known != public_halves_.end()) {
        return known->second;
    }
    const std::string file = policy::public_file_of(*source.secret, source.variant);
    std::optional<std::string> text = store_.store().try_read_text(file);
    if (!text) {
        throw missing_certificate(source);
    }
    if (generate::match_public_half(*source.secret, value_of(source).view(), *text, {}) != generate::HalfMatch::Yes) {
        throw Error(ErrorKind::Failed, format("the CA's certificate {} does not belong to its key", quoted(file)),
                    format("somebody exchanged one of them: look at their history in git; bestow generate "
                           "--public-halves {} writes the key's own",
                           source.secret->name));
    }
    return std::move(*text);
}

SecretBytes ValueMaker::from_command(const SecretSource& source) {
    GeneratorInputs inputs;
    for (const std::string& name : source.secret->generate->inputs) {
        inputs.emplace_back(name, &input_of(source, name));
    }
    const auto program = programs_.find(source.secret);
    require(program != programs_.end(), "a command was approved before it runs");
    return run_generator(store_, source, program->second, inputs);
}

namespace {

generate::Ingredients basic_ingredients(const OpenStore& store, const SecretSource& source) {
    generate::Ingredients ingredients;
    ingredients.variant = source.variant;
    ingredients.now = store.system().now();
    return ingredients;
}

}  // namespace

const SecretBytes& ValueMaker::make(const SecretSource& source) {
    for_secret(source, [&] {
        const policy::Generate& declared = *source.secret->generate;
        if (declared.kind == GenerateKind::Command) {
            put(source, from_command(source));
            return;
        }
        generate::Ingredients ingredients = basic_ingredients(store_, source);
        if (!declared.of.empty()) {
            ingredients.of = input_of(source, declared.of).view();
        }
        if (!declared.ca.empty()) {
            ingredients.ca_key = input_of(source, declared.ca).view();
            ingredients.ca_certificate =
                certificate_of(*policy::input_source(store_.view().sources, declared.ca, source.variant));
        }
        generate::Made made = generate::make_value(*source.secret, ingredients, crypto::fill_random);
        put(source, std::move(made.value));
        if (declared.has_public_half()) {
            put_public_half(source, std::move(made.public_half));
        }
    });
    return values_.at(place_of(source));
}

void ValueMaker::take(const SecretSource& source, SecretBytes value) {
    for_secret(source, [&] { put(source, std::move(value)); });
}

void ValueMaker::make_public_half(const SecretSource& source) {
    for_secret(source, [&] {
        const policy::Generate& declared = *source.secret->generate;
        generate::Ingredients ingredients = basic_ingredients(store_, source);
        if (!declared.ca.empty()) {
            ingredients.ca_key = input_of(source, declared.ca).view();
            ingredients.ca_certificate =
                certificate_of(*policy::input_source(store_.view().sources, declared.ca, source.variant));
        }
        put_public_half(source, generate::public_half_of(*source.secret, value_of(source).view(), ingredients));
    });
}

void ValueMaker::keep_previous(const SecretSource& source) {
    const std::string name = source.secret->name + std::string(policy::kPreviousSuffix);
    const SecretSource* const kept = policy::input_source(store_.view().sources, name, source.variant);
    require(kept != nullptr, "whatever keeps a previous value has a place for it");
    for_secret(source, [&] {
        try {
            const std::vector<sops::Value> values = files_.values_at({source.file, source.key});
            for (const sops::Value& part : values) {
                ValueAddress address{kept->file, kept->key};
                address.key.insert(address.key.end(), part.path.begin(), part.path.end());
                files_.set(address, part, WorkingFiles::WhenUnencrypted::Refuse);
            }
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::NotFound) {
                throw;
            }
        }
    });
}

void ValueMaker::put(const SecretSource& source, SecretBytes value) {
    files_.set({source.file, source.key}, {{}, sops::ValueType::String, value.copy()},
               WorkingFiles::WhenUnencrypted::Refuse);
    values_.insert_or_assign(place_of(source), std::move(value));
}

void ValueMaker::put_public_half(const SecretSource& source, std::string text) {
    files_.replace_text(policy::public_file_of(*source.secret, source.variant), text);
    public_halves_.insert_or_assign(place_of(source), std::move(text));
}

bool lacks_public_half(const OpenStore& store, const SecretSource& source) {
    return source.secret->generate && source.secret->generate->has_public_half() &&
           !store.store().try_read_text(policy::public_file_of(*source.secret, source.variant));
}

Error missing_certificate(const SecretSource& ca) {
    return {ErrorKind::Policy,
            format("the certificate {} of the CA {} is missing", quoted(policy::public_file_of(*ca.secret, ca.variant)),
                   quoted(ca.secret->name)),
            format("bring it back from git; or bestow generate {}, which shows what it signs anew", ca.secret->name)};
}

}  // namespace bestow::operations
