#include "crypto/rsa_key.hpp"

#include "crypto/openssl.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>

namespace bestow::crypto {
namespace {

SecretBytes number_of(const PublicKeyPtr& key, const char* name) {
    BIGNUM* raw = nullptr;
    check_openssl(EVP_PKEY_get_bn_param(key.get(), name, &raw) == 1, "give a key's number");
    const std::unique_ptr<BIGNUM, OpensslFree<BN_clear_free>> number(raw);
    SecretBytes bytes(static_cast<std::size_t>(BN_num_bytes(number.get())));
    BN_bn2bin(number.get(), bytes.writable().data());
    return bytes;
}

Bytes public_number_of(const PublicKeyPtr& key, const char* name) {
    const SecretBytes bytes = number_of(key, name);
    return {bytes.view().begin(), bytes.view().end()};
}

}  // namespace

NewRsaKey generate_rsa_key(std::size_t bits) {
    const PublicKeyPtr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", bits));
    check_openssl(key != nullptr, "make an RSA key");
    NewRsaKey made;
    made.modulus = public_number_of(key, OSSL_PKEY_PARAM_RSA_N);
    made.exponent = public_number_of(key, OSSL_PKEY_PARAM_RSA_E);
    made.private_exponent = number_of(key, OSSL_PKEY_PARAM_RSA_D);
    made.inverse = number_of(key, OSSL_PKEY_PARAM_RSA_COEFFICIENT1);
    made.prime_p = number_of(key, OSSL_PKEY_PARAM_RSA_FACTOR1);
    made.prime_q = number_of(key, OSSL_PKEY_PARAM_RSA_FACTOR2);
    return made;
}

}  // namespace bestow::crypto
