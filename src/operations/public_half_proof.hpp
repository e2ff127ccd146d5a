#pragma once
/// Proves with the private value that a public half in the store is its own. It lies there in clear: whoever can push
/// can put one of his own keys in its place, and everybody who trusts the file would trust him.

#include "operations/check.hpp"
#include "operations/open_store.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>

namespace bestow::operations {

struct HalfProof {
    enum class Outcome {
        Right,
        Wrong,
        SignerUnproved,  ///< a certificate over the value's key; the key of its CA was not opened
        Unproved,
    };
    Outcome outcome = Outcome::Right;
    std::string file;
    std::string reason;  ///< of Wrong, as a person reads it; of what is unproved: why
    std::string hint;    ///< of Wrong: what writes the right one
};

class HalfProver {
  public:
    explicit HalfProver(OpenStore& store) : store_(store) {}

    /// nullopt for what has no public half or no value, or no such file in the store.
    std::optional<HalfProof> prove(const policy::SecretSource& source);
    /// The same with a value that is there already. Who signed a certificate stays out of it where whoever reads the
    /// value need not read its CA's: that could ask for another key.
    std::optional<HalfProof> prove_with(const policy::SecretSource& source, ByteView value);

  private:
    using Place = std::pair<std::string, std::string>;

    struct CaKey {
        SecretBytes key;      ///< empty: it was not opened
        std::string problem;  ///< why not
    };

    [[nodiscard]] std::optional<std::string> text_of(const policy::SecretSource& source) const;
    [[nodiscard]] const policy::SecretSource* ca_of(const policy::SecretSource& source) const;
    const CaKey& ca_key_of(const policy::SecretSource& source);
    HalfProof proof_of(const policy::SecretSource& source, const std::string& text, ByteView value, const CaKey& ca);

    OpenStore& store_;
    std::map<Place, CaKey> ca_keys_;
};

/// All of the store, as `check` tells it. Throws Error(NoIdentity) when there are some, and none of them could be
/// proved.
struct HalvesProof {
    std::vector<Finding> findings;
    std::vector<Finding> notes;
};
HalvesProof prove_public_halves(OpenStore& store);

}  // namespace bestow::operations
