#pragma once
/// From a declaration to a value and its public half. Pure but for chance: no files, no programs; `command` is none of
/// this layer's.

#include "base/secret_bytes.hpp"
#include "generate/random_text.hpp"
#include "policy/policy.hpp"

#include <string>

namespace bestow::generate {

/// What a value is made from, as far as its kind needs it.
struct Ingredients {
    std::string variant;         ///< which of several values, by `per:`
    std::int64_t now = 0;        ///< seconds since the epoch
    ByteView of;                 ///< the secret that is hashed
    ByteView ca_key;             ///< PEM
    std::string ca_certificate;  ///< PEM
};

struct Made {
    SecretBytes value;
    std::string public_half;  ///< the text of its file; empty for kinds that have none
};

/// Precondition: the secret has `generate:`, and its kind is not `command`. Throws Error(Format) for what cannot be
/// hashed, signed or named.
Made make_value(const policy::Secret& secret, const Ingredients& ingredients, const RandomSource& random);

/// The public half of a value that is there; a certificate is issued anew, unless the value holds it. Precondition:
/// the kind has one. Throws Error(Format) for a value of another kind.
std::string public_half_of(const policy::Secret& secret, ByteView value, const Ingredients& ingredients);

}  // namespace bestow::generate
