#include "crypto/rsa.hpp"

#include "base/error.hpp"
#include "crypto/openssl.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

namespace bestow::crypto {
namespace {

using BigNumber = std::unique_ptr<BIGNUM, OpensslFree<BN_clear_free>>;
using BigNumberContext = std::unique_ptr<BN_CTX, OpensslFree<BN_CTX_free>>;
using ParameterBuilder = std::unique_ptr<OSSL_PARAM_BLD, OpensslFree<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, OpensslFree<OSSL_PARAM_free>>;

BigNumber make_number() {
    BigNumber number(BN_secure_new());
    check_openssl(number != nullptr, "allocate a number");
    BN_set_flags(number.get(), BN_FLG_CONSTTIME);
    return number;
}

BigNumber to_number(ByteView bytes) {
    BigNumber number = make_number();
    check_openssl(BN_bin2bn(bytes.data(), openssl_size(bytes.size()), number.get()) != nullptr, "read a number");
    return number;
}

Bytes public_number(const EVP_PKEY* key, const char* name) {
    BIGNUM* raw = nullptr;
    check_openssl(EVP_PKEY_get_bn_param(key, name, &raw) == 1, "give a key's number");
    const BigNumber number(raw);
    Bytes bytes(static_cast<std::size_t>(BN_num_bytes(number.get())));
    BN_bn2bin(number.get(), bytes.data());
    return bytes;
}

/// Collects named numbers and makes a key of them.
class KeyBuilder {
  public:
    void add(const char* name, const BigNumber& number) {
        check_openssl(OSSL_PARAM_BLD_push_BN(builder_.get(), name, number.get()) == 1, "collect a key's numbers");
    }

    /// Null when openssl does not take them.
    PublicKeyPtr build(int selection) {
        const Parameters parameters(OSSL_PARAM_BLD_to_param(builder_.get()));
        const PublicKeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
        check_openssl(parameters != nullptr && context != nullptr && EVP_PKEY_fromdata_init(context.get()) == 1,
                      "set up an RSA key");
        EVP_PKEY* key = nullptr;
        EVP_PKEY_fromdata(context.get(), &key, selection, parameters.get());
        return PublicKeyPtr(key);
    }

  private:
    ParameterBuilder builder_{OSSL_PARAM_BLD_new()};
};

void set_oaep(EVP_PKEY_CTX* context, std::string_view label) {
    // The label is freed by the context: it must come from openssl's allocator.
    void* const owned_label = OPENSSL_memdup(label.data(), label.size());
    check_openssl(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 &&
                      EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) == 1 &&
                      EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) == 1 &&
                      EVP_PKEY_CTX_set0_rsa_oaep_label(context, owned_label, openssl_size(label.size())) == 1,
                  "set up RSA-OAEP");
}

SecretBytes to_pkcs1(const EVP_PKEY* key) {
    unsigned char* der = nullptr;
    const int length = i2d_PrivateKey(key, &der);
    check_openssl(length > 0, "write an RSA key");
    SecretBytes copy = SecretBytes::copy_of(ByteView(der, static_cast<std::size_t>(length)));
    OPENSSL_clear_free(der, static_cast<std::size_t>(length));
    return copy;
}

PublicKeyPtr read_der(ByteView der) {
    const unsigned char* at = der.data();
    PublicKeyPtr key(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size())));
    return at == der.data() + der.size() ? std::move(key) : nullptr;
}

BigNumber modulo_less_one(const BigNumber& number, const BigNumber& prime, BN_CTX* context) {
    const BigNumber order = make_number();
    BigNumber result = make_number();
    check_openssl(BN_sub(order.get(), prime.get(), BN_value_one()) == 1 &&
                      BN_mod(result.get(), number.get(), order.get(), context) == 1,
                  "compute with an RSA key");
    return result;
}

bool is_product(const BigNumber& product, const BigNumber& a, const BigNumber& b, BN_CTX* context) {
    const BigNumber computed = make_number();
    check_openssl(BN_mul(computed.get(), a.get(), b.get(), context) == 1, "compute with an RSA key");
    return BN_cmp(computed.get(), product.get()) == 0;
}

/// a * b = 1 modulo `modulus`.
bool is_inverse(const BigNumber& a, const BigNumber& b, const BIGNUM* modulus, BN_CTX* context) {
    const BigNumber product = make_number();
    check_openssl(BN_mod_mul(product.get(), a.get(), b.get(), modulus, context) == 1, "compute with an RSA key");
    return BN_is_one(product.get()) == 1;
}

bool inverts_exponent(const BigNumber& exponent, const BigNumber& inverse, const BigNumber& prime, BN_CTX* context) {
    const BigNumber order = make_number();
    check_openssl(BN_sub(order.get(), prime.get(), BN_value_one()) == 1, "compute with an RSA key");
    return is_inverse(exponent, inverse, order.get(), context);
}

}  // namespace

Bytes rsa_oaep_encrypt(const RsaPublicParts& key, ByteView plaintext, std::string_view label) {
    KeyBuilder builder;
    const BigNumber modulus = to_number(key.modulus);
    const BigNumber exponent = to_number(key.exponent);
    builder.add(OSSL_PKEY_PARAM_RSA_N, modulus);
    builder.add(OSSL_PKEY_PARAM_RSA_E, exponent);
    const PublicKeyPtr public_key = builder.build(EVP_PKEY_PUBLIC_KEY);
    if (public_key == nullptr) {
        throw Error(ErrorKind::Format, "openssl does not take this RSA key");
    }
    const PublicKeyContext context(EVP_PKEY_CTX_new(public_key.get(), nullptr));
    check_openssl(context != nullptr && EVP_PKEY_encrypt_init(context.get()) == 1, "set up RSA");
    set_oaep(context.get(), label);
    Bytes sealed(key.modulus.size());
    std::size_t length = sealed.size();
    if (EVP_PKEY_encrypt(context.get(), sealed.data(), &length, plaintext.data(), plaintext.size()) != 1) {
        throw Error(ErrorKind::Format, "openssl does not take this RSA key");
    }
    sealed.resize(length);
    return sealed;
}

std::optional<SecretBytes> rsa_oaep_decrypt(ByteView private_der, ByteView ciphertext, std::string_view label) {
    const PublicKeyPtr key = read_der(private_der);
    require(key != nullptr, "an RSA key that was read before");
    const PublicKeyContext context(EVP_PKEY_CTX_new(key.get(), nullptr));
    check_openssl(context != nullptr && EVP_PKEY_decrypt_init(context.get()) == 1, "set up RSA");
    set_oaep(context.get(), label);
    std::size_t length = static_cast<std::size_t>(EVP_PKEY_get_size(key.get()));
    SecretBytes plaintext(length);
    if (EVP_PKEY_decrypt(context.get(), plaintext.writable().data(), &length, ciphertext.data(), ciphertext.size()) !=
        1) {
        return std::nullopt;
    }
    plaintext.truncate(length);
    return plaintext;
}

std::optional<SecretBytes> rsa_private_der(const RsaPrivateParts& parts) {
    const BigNumberContext context(BN_CTX_secure_new());
    check_openssl(context != nullptr, "allocate a context");
    const BigNumber modulus = to_number(parts.public_parts.modulus);
    const BigNumber exponent = to_number(parts.public_parts.exponent);
    const BigNumber private_exponent = to_number(parts.private_exponent);
    const BigNumber prime_p = to_number(parts.prime_p);
    const BigNumber prime_q = to_number(parts.prime_q);
    const BigNumber inverse = to_number(parts.inverse);
    if (BN_num_bits(prime_p.get()) < 2 || BN_num_bits(prime_q.get()) < 2 ||
        !is_product(modulus, prime_p, prime_q, context.get())) {
        return std::nullopt;
    }
    const BigNumber exponent_p = modulo_less_one(private_exponent, prime_p, context.get());
    const BigNumber exponent_q = modulo_less_one(private_exponent, prime_q, context.get());
    if (!inverts_exponent(exponent, exponent_p, prime_p, context.get()) ||
        !inverts_exponent(exponent, exponent_q, prime_q, context.get()) ||
        !is_inverse(inverse, prime_q, prime_p.get(), context.get())) {
        return std::nullopt;
    }
    KeyBuilder builder;
    builder.add(OSSL_PKEY_PARAM_RSA_N, modulus);
    builder.add(OSSL_PKEY_PARAM_RSA_E, exponent);
    builder.add(OSSL_PKEY_PARAM_RSA_D, private_exponent);
    builder.add(OSSL_PKEY_PARAM_RSA_FACTOR1, prime_p);
    builder.add(OSSL_PKEY_PARAM_RSA_FACTOR2, prime_q);
    builder.add(OSSL_PKEY_PARAM_RSA_EXPONENT1, exponent_p);
    builder.add(OSSL_PKEY_PARAM_RSA_EXPONENT2, exponent_q);
    builder.add(OSSL_PKEY_PARAM_RSA_COEFFICIENT1, inverse);
    const PublicKeyPtr key = builder.build(EVP_PKEY_KEYPAIR);
    return key != nullptr ? std::optional(to_pkcs1(key.get())) : std::nullopt;
}

std::optional<DerPrivateKey> parse_private_der(ByteView der) {
    const PublicKeyPtr key = read_der(der);
    if (key == nullptr) {
        return std::nullopt;
    }
    DerPrivateKey parsed;
    if (EVP_PKEY_is_a(key.get(), "RSA") == 1) {
        parsed.rsa_pkcs1 = to_pkcs1(key.get());
        parsed.rsa_modulus = public_number(key.get(), OSSL_PKEY_PARAM_RSA_N);
        parsed.rsa_exponent = public_number(key.get(), OSSL_PKEY_PARAM_RSA_E);
    } else if (EVP_PKEY_is_a(key.get(), "ED25519") == 1) {
        SecretBytes seed(32);
        std::size_t length = seed.size();
        check_openssl(EVP_PKEY_get_raw_private_key(key.get(), seed.writable().data(), &length) == 1 && length == 32,
                      "give an Ed25519 key");
        parsed.ed25519_seed = std::move(seed);
    }
    return parsed;
}

}  // namespace bestow::crypto
