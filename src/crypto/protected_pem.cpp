#include "crypto/protected_pem.hpp"

#include "base/format.hpp"
#include "crypto/openssl.hpp"

#include <algorithm>

#include <openssl/asn1t.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

namespace bestow::crypto {
namespace {

constexpr std::uint64_t kMostIterations = 10'000'000;                        // some seconds of PBKDF2
constexpr std::uint64_t kMostScryptBytes = std::uint64_t{32} * 1024 * 1024;  // what OpenSSL itself allows

using EncryptedKey = std::unique_ptr<X509_SIG, OpensslFree<X509_SIG_free>>;
using KeyInfo = std::unique_ptr<PKCS8_PRIV_KEY_INFO, OpensslFree<PKCS8_PRIV_KEY_INFO_free>>;
using Pbes2 = std::unique_ptr<PBE2PARAM, OpensslFree<PBE2PARAM_free>>;
using Pbkdf2 = std::unique_ptr<PBKDF2PARAM, OpensslFree<PBKDF2PARAM_free>>;
using Scrypt = std::unique_ptr<SCRYPT_PARAMS, OpensslFree<SCRYPT_PARAMS_free>>;

EncryptedKey read_encrypted(ByteView der) {
    const unsigned char* at = der.data();
    EncryptedKey key(d2i_X509_SIG(nullptr, &at, static_cast<long>(der.size())));
    return at == der.data() + der.size() ? std::move(key) : nullptr;
}

template <typename Owner>
Owner unpack(const ASN1_ITEM* item, const ASN1_TYPE* parameter) {
    return Owner(static_cast<typename Owner::pointer>(ASN1_TYPE_unpack_sequence(item, parameter)));
}

/// A number as large as can be for one that is negative, absent or too large.
std::uint64_t number(const ASN1_INTEGER* integer) {
    std::uint64_t value = 0;
    return integer != nullptr && ASN1_INTEGER_get_uint64(&value, integer) == 1 ? value : UINT64_MAX;
}

std::string obstacle_of_pbkdf2(const ASN1_TYPE* parameter) {
    const auto derivation = unpack<Pbkdf2>(ASN1_ITEM_rptr(PBKDF2PARAM), parameter);
    if (derivation == nullptr) {
        return "its key derivation is malformed";
    }
    return number(derivation->iter) <= kMostIterations
               ? std::string()
               : format("its key derivation takes more than {} iterations", kMostIterations);
}

std::string obstacle_of_scrypt(const ASN1_TYPE* parameter) {
    const auto derivation = unpack<Scrypt>(ASN1_ITEM_rptr(SCRYPT_PARAMS), parameter);
    if (derivation == nullptr) {
        return "its key derivation is malformed";
    }
    constexpr std::uint64_t most = kMostScryptBytes / 128;
    const std::uint64_t cost = number(derivation->costParameter);
    const std::uint64_t block = number(derivation->blockSize);
    const std::uint64_t parallel = number(derivation->parallelizationParameter);
    const bool small = cost <= most && block >= 1 && block <= most / std::max<std::uint64_t>(cost, 1) && parallel <= 16;
    return small ? std::string() : "its key derivation takes too much memory or time";
}

std::string name_of(const ASN1_OBJECT* object) {
    const char* const name = OBJ_nid2ln(OBJ_obj2nid(object));
    return name != nullptr ? name : "an unknown algorithm";
}

int give_passphrase(char* buffer, int size, int, void* passphrase) {
    const ByteView& bytes = *static_cast<const ByteView*>(passphrase);
    if (bytes.size() > static_cast<std::size_t>(size)) {
        return -1;
    }
    std::copy(bytes.begin(), bytes.end(), buffer);
    return static_cast<int>(bytes.size());
}

SecretBytes to_der(const EVP_PKEY* key) {
    unsigned char* der = nullptr;
    const int length = i2d_PrivateKey(key, &der);
    check_openssl(length > 0, "write a private key");
    SecretBytes copy = SecretBytes::copy_of(ByteView(der, static_cast<std::size_t>(length)));
    OPENSSL_clear_free(der, static_cast<std::size_t>(length));
    return copy;
}

std::optional<EVP_CIPHER_INFO> cipher_of(const std::string& headers) {
    EVP_CIPHER_INFO cipher = {};
    std::string text = headers;  // openssl writes into it for a moment
    if (PEM_get_EVP_CIPHER_INFO(text.data(), &cipher) != 1 || cipher.cipher == nullptr) {
        return std::nullopt;
    }
    return cipher;
}

}  // namespace

std::string obstacle_of_pkcs8(ByteView der) {
    const EncryptedKey key = read_encrypted(der);
    if (key == nullptr) {
        return "it is malformed";
    }
    const X509_ALGOR* algorithm = nullptr;
    X509_SIG_get0(key.get(), &algorithm, nullptr);
    if (OBJ_obj2nid(algorithm->algorithm) != NID_pbes2) {
        return format("it is protected by {}, and not by PBES2", name_of(algorithm->algorithm));
    }
    const auto scheme = unpack<Pbes2>(ASN1_ITEM_rptr(PBE2PARAM), algorithm->parameter);
    if (scheme == nullptr) {
        return "its key derivation is malformed";
    }
    const X509_ALGOR& derivation = *scheme->keyfunc;
    switch (OBJ_obj2nid(derivation.algorithm)) {
        case NID_id_pbkdf2:
            return obstacle_of_pbkdf2(derivation.parameter);
        case NID_id_scrypt:
            return obstacle_of_scrypt(derivation.parameter);
        default:
            return format("its key derivation is {}", name_of(derivation.algorithm));
    }
}

std::optional<SecretBytes> decrypt_pkcs8(ByteView der, ByteView passphrase) {
    const EncryptedKey encrypted = read_encrypted(der);
    require(encrypted != nullptr, "a key without an obstacle");
    const KeyInfo info(PKCS8_decrypt(encrypted.get(), reinterpret_cast<const char*>(passphrase.data()),
                                     openssl_size(passphrase.size())));
    const PublicKeyPtr key(info != nullptr ? EVP_PKCS82PKEY(info.get()) : nullptr);
    return key != nullptr ? std::optional(to_der(key.get())) : std::nullopt;
}

std::string obstacle_of_legacy_pem(const std::string& headers) {
    return cipher_of(headers) ? std::string() : "openssl does not know its cipher, or its DEK-Info is malformed";
}

std::optional<SecretBytes> decrypt_legacy_pem(const std::string& headers, ByteView ciphertext, ByteView passphrase) {
    std::optional<EVP_CIPHER_INFO> cipher = cipher_of(headers);
    require(cipher.has_value(), "a key without an obstacle");
    SecretBytes plaintext = SecretBytes::copy_of(ciphertext);
    long length = static_cast<long>(plaintext.size());
    if (PEM_do_header(&*cipher, plaintext.writable().data(), &length, give_passphrase, &passphrase) != 1) {
        return std::nullopt;
    }
    plaintext.truncate(static_cast<std::size_t>(length));
    return plaintext;
}

}  // namespace bestow::crypto
