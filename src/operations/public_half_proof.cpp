#include "operations/public_half_proof.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "generate/make_value.hpp"
#include "operations/file_report.hpp"
#include "operations/read_value.hpp"
#include "policy/dependency_order.hpp"
#include "policy/source.hpp"

namespace bestow::operations {
namespace {

using policy::SecretSource;

HalfProof wrong(const SecretSource& source, const std::string& file, const std::string& reason) {
    return {HalfProof::Outcome::Wrong, file, reason,
            format("somebody exchanged it, or the value: look at their history in git; bestow generate --public-halves "
                   "{} writes the value's own",
                   source.secret->name)};
}

HalfProof proof_of(const SecretSource& source, const std::string& file, const std::string& text, ByteView value,
                   ByteView ca_key) {
    const std::string name = format("secret {}{}", quoted(source.secret->name),
                                    source.variant.empty() ? "" : format(" for {}", quoted(source.variant)));
    generate::Ingredients ingredients;
    ingredients.variant = source.variant;
    ingredients.ca_key = ca_key;
    try {
        if (generate::is_public_half(*source.secret, value, text, ingredients)) {
            return {HalfProof::Outcome::Right, file, "", ""};
        }
    } catch (const Error& error) {
        return wrong(source, file, format("it is not the public half of {}: {}", name, error.message()));
    }
    return wrong(source, file, format("it is not the public half of {}", name));
}

}  // namespace

std::optional<std::string> HalfProver::text_of(const SecretSource& source) const {
    const bool has_half = source.secret->generate && source.secret->generate->has_public_half();
    return has_half ? store_.store().try_read_text(policy::public_file_of(*source.secret, source.variant))
                    : std::nullopt;
}

/// nullptr for what no CA signs, and for a key that cannot be opened here: then that stays unproved.
const SecretBytes* HalfProver::ca_key_of(const SecretSource& source) {
    const std::string& name = source.secret->generate->ca;
    const SecretSource* const ca =
        name.empty() ? nullptr : policy::input_source(store_.view().sources, name, source.variant);
    if (ca == nullptr) {
        return nullptr;
    }
    const Place place(ca->secret->name, ca->variant);
    try {
        auto known = ca_keys_.find(place);
        if (known == ca_keys_.end()) {
            known = ca_keys_.emplace(place, read_value(store_, {ca->file, ca->key}, std::nullopt)).first;
        }
        return &known->second;
    } catch (const Error&) {
        return nullptr;
    }
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
        const SecretBytes* const ca_key = ca_key_of(source);
        return proof_of(source, file, *text, value.view(), ca_key == nullptr ? ByteView() : ca_key->view());
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::NotFound) {
            return std::nullopt;
        }
        return HalfProof{HalfProof::Outcome::Unproved, file, error.full_message(), ""};
    }
}

std::optional<HalfProof> HalfProver::prove_with(const SecretSource& source, ByteView value) {
    const std::optional<std::string> text = text_of(source);
    return text ? std::optional(
                      proof_of(source, policy::public_file_of(*source.secret, source.variant), *text, value, {}))
                : std::nullopt;
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
