#pragma once
/// From a declaration to a value and its public half. Pure but for chance: no files, no programs; `command` is none of
/// this layer's.

#include "base/secret_bytes.hpp"
#include "generate/random_text.hpp"
#include "policy/policy.hpp"

#include <string>
#include <string_view>
#include <vector>

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

enum class HalfMatch {
    No,
    SignerUnknown,  ///< a certificate over the value's key, and no CA's key was given to tell who signed it
    Yes,
};

/// Whether the text of a file is the public half of that value: to the byte for keys, so that nothing stands beside it;
/// a certificate alone, the one that the value holds, else over its key and signed by the CA's. Throws Error(Format)
/// for a value of another kind.
HalfMatch match_public_half(const policy::Secret& secret, ByteView value, std::string_view text,
                            const Ingredients& ingredients);

/// What a certificate says otherwise than its declaration would have it said now, whoever signed it; takes no key.
std::vector<std::string> certificate_differences(const policy::Secret& secret, std::string_view certificate,
                                                 const Ingredients& ingredients);

/// "subject CN=web1; names web1.example.org; server, for 365 days". Precondition: it declares a certificate.
std::string what_is_certified(const policy::Secret& secret, std::string_view variant);

}  // namespace bestow::generate
