#include "operations/public_half_proof.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "generate/make_value.hpp"
#include "operations/file_report.hpp"
#include "operations/read_value.hpp"
#include "policy/dependency_order.hpp"
#include "policy/source.hpp"

#include <algorithm>

namespace bestow::operations {
namespace {

using policy::SecretSource;

HalfProof wrong(const SecretSource& source, const std::string& file, const std::string& reason) {
    return {HalfProof::Outcome::Wrong, file, reason,
            format("somebody exchanged it, or the value: look at their history in git; bestow generate --public-halves "
                   "{} writes the value's own",
                   source.secret->name)};
}

/// Then the key that opened the one opens the other, too.
bool are_operators_among(const std::vector<policy::Reader>& readers, const std::vector<policy::Reader>& others) {
    const std::vector<std::string> known = recipients_of(others);
    return std::all_of(readers.begin(), readers.end(), [&](const policy::Reader& reader) {
        return reader.kind != policy::Reader::Kind::Operator ||
               std::find(known.begin(), known.end(), reader.recipient) != known.end();
    });
}

}  // namespace

HalfProof HalfProver::proof_of(const SecretSource& source, const std::string& text, ByteView value, const CaKey& ca) {
    const std::string file = policy::public_file_of(*source.secret, source.variant);
    const std::string name = format("secret {}{}", quoted(source.secret->name),
                                    source.variant.empty() ? "" : format(" for {}", quoted(source.variant)));
    generate::Ingredients ingredients;
    ingredients.variant = source.variant;
    ingredients.ca_key = ca.key.view();
    try {
        switch (generate::match_public_half(*source.secret, value, text, ingredients)) {
            case generate::HalfMatch::Yes:
                return {HalfProof::Outcome::Right, file, "", ""};
            case generate::HalfMatch::SignerUnknown:
                return {HalfProof::Outcome::SignerUnproved, file,
                        format("it is over the key of {}, and who signed it is not proved: {}", name, ca.problem), ""};
            case generate::HalfMatch::No:
                break;
        }
    } catch (const Error& error) {
        return wrong(source, file, format("it is not the public half of {}: {}", name, error.message()));
    }
    return wrong(source, file, format("it is not the public half of {}", name));
}

std::optional<std::string> HalfProver::text_of(const SecretSource& source) const {
    const bool has_half = source.secret->generate && source.secret->generate->has_public_half();
    return has_half ? store_.store().try_read_text(policy::public_file_of(*source.secret, source.variant))
                    : std::nullopt;
}

const SecretSource* HalfProver::ca_of(const SecretSource& source) const {
    const std::string& name = source.secret->generate->ca;
    return name.empty() ? nullptr : policy::input_source(store_.view().sources, name, source.variant);
}

const HalfProver::CaKey& HalfProver::ca_key_of(const SecretSource& source) {
    const SecretSource* const ca = ca_of(source);
    const Place place = ca == nullptr ? Place() : Place(ca->secret->name, ca->variant);
    const auto known = ca_keys_.find(place);
    if (known != ca_keys_.end()) {
        return known->second;
    }
    CaKey opened{{}, "its CA has no key"};
    try {
        if (ca != nullptr) {
            opened.key = read_value(store_, {ca->file, ca->key}, std::nullopt);
        }
    } catch (const Error& error) {
        opened.problem = error.full_message();
    }
    return ca_keys_.emplace(place, std::move(opened)).first->second;
}

std::optional<HalfProof> HalfProver::prove(const SecretSource& source) {
    if (!source.secret->generate || !source.secret->generate->has_public_half()) {
        return std::nullopt;
    }
    const std::string file = policy::public_file_of(*source.secret, source.variant);
    try {
        const std::optional<std::string> text = text_of(source);
        if (!text) {
            return std::nullopt;
        }
        const SecretBytes value = read_value(store_, {source.file, source.key}, std::nullopt);
        return proof_of(source, *text, value.view(), ca_key_of(source));
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::NotFound) {
            return std::nullopt;
        }
        return HalfProof{HalfProof::Outcome::Unproved, file, error.full_message(), ""};
    }
}

std::optional<HalfProof> HalfProver::prove_with(const SecretSource& source, ByteView value) {
    const std::optional<std::string> text = text_of(source);
    if (!text) {
        return std::nullopt;
    }
    const SecretSource* const ca = ca_of(source);
    const bool with_ca =
        ca == nullptr || are_operators_among(store_.readers_of(source.file), store_.readers_of(ca->file));
    const CaKey none{};
    HalfProof proof = proof_of(source, *text, value, with_ca ? ca_key_of(source) : none);
    if (!with_ca && proof.outcome == HalfProof::Outcome::SignerUnproved) {
        return std::nullopt;
    }
    return proof;
}

HalvesProof prove_public_halves(OpenStore& store) {
    HalvesProof result;
    HalfProver prover(store);
    std::size_t proved = 0;
    for (const SecretSource& source : store.view().sources) {
        const std::optional<HalfProof> proof = prover.prove(source);
        if (!proof) {
            continue;
        }
        if (proof->outcome == HalfProof::Outcome::Unproved) {
            result.notes.push_back({"note", proof->file, format("not proved: {}", proof->reason), ""});
            continue;
        }
        ++proved;
        if (proof->outcome == HalfProof::Outcome::SignerUnproved) {
            result.notes.push_back({"note", proof->file, proof->reason, ""});
        }
        if (proof->outcome == HalfProof::Outcome::Wrong) {
            result.findings.push_back({"forged", proof->file, proof->reason, proof->hint});
        }
    }
    if (proved == 0 && !result.notes.empty()) {
        throw Error(ErrorKind::NoIdentity, format("{}: {}", result.notes.front().place, result.notes.front().message),
                    "without --public-halves, check needs no private key");
    }
    return result;
}

}  // namespace bestow::operations
