#pragma once
/// New RSA keys, through OpenSSL. Numbers are big endian without leading zeros.

#include "base/secret_bytes.hpp"

namespace bestow::crypto {

struct NewRsaKey {
    Bytes modulus;
    Bytes exponent;  ///< 65537
    SecretBytes private_exponent;
    SecretBytes inverse;  ///< of prime_q modulo prime_p
    SecretBytes prime_p;
    SecretBytes prime_q;
};

NewRsaKey generate_rsa_key(std::size_t bits);

}  // namespace bestow::crypto
