#include "crypto/certificate_parts.hpp"
#include "crypto/random.hpp"

#include <algorithm>
#include <array>

#include <openssl/pem.h>

namespace bestow::crypto {
namespace {

void set_serial(X509* certificate) {
    std::array<Byte, 16> bytes{};
    fill_random(bytes);
    bytes[0] = static_cast<Byte>((bytes[0] & 0x7f) | 0x40);  // positive, and of full length
    const std::unique_ptr<BIGNUM, OpensslFree<BN_free>> number(
        BN_bin2bn(bytes.data(), openssl_size(bytes.size()), nullptr));
    check_openssl(number != nullptr && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr,
                  "number a certificate");
}

/// Whose key and name go into what is signed.
struct Signer {
    PublicKeyPtr key;
    Certificate certificate;
};

Signer read_issuer(const Issuer& issuer) {
    Signer signer{try_read_key(issuer.key_pem), try_read_certificate(issuer.certificate_pem)};
    if (signer.key == nullptr) {
        throw not_taken("the CA's key is no private key in PEM");
    }
    if (signer.certificate == nullptr) {
        throw not_taken("the CA's certificate does not parse");
    }
    if (X509_check_private_key(signer.certificate.get(), signer.key.get()) != 1 ||
        X509_verify(signer.certificate.get(), signer.key.get()) != 1) {
        throw not_taken("the CA's certificate does not belong to its key");
    }
    if (X509_check_ca(signer.certificate.get()) != 1) {
        throw not_taken("the CA's certificate is not one of a CA");
    }
    return signer;
}

void sign(X509* certificate, EVP_PKEY* key) {
    const EVP_MD* const digest = EVP_PKEY_is_a(key, "ED25519") == 1 ? nullptr : EVP_sha256();
    check_openssl(X509_sign(certificate, key, digest) > 0, "sign a certificate");
}

}  // namespace

SecretBytes generate_signing_key(SigningKey kind) {
    const PublicKeyPtr key(kind == SigningKey::EcP256 ? EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")
                                                      : EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    const Bio bio(BIO_new(BIO_s_secmem()));
    check_openssl(key != nullptr && bio != nullptr &&
                      PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1,
                  "make a key");
    return content_of(bio);
}

std::string issue_certificate(ByteView key_pem, const CertificateContent& content,
                              const std::optional<Issuer>& issuer) {
    const PublicKeyPtr key = try_read_key(key_pem);
    if (key == nullptr) {
        throw not_taken("the key is no private key in PEM");
    }
    const Signer signer = issuer ? read_issuer(*issuer) : Signer{};
    const Certificate certificate(X509_new());
    check_openssl(certificate != nullptr && X509_set_version(certificate.get(), X509_VERSION_3) == 1,
                  "allocate a certificate");
    X509* const own = certificate.get();
    X509* const signing = issuer ? signer.certificate.get() : own;
    const std::int64_t end =
        issuer ? std::min(content.not_after, seconds_of(X509_get0_notAfter(signing)).value_or(0)) : content.not_after;
    if (end <= content.not_before) {
        throw not_taken("the CA's certificate has expired");
    }
    set_serial(own);
    set_subject(own, content);
    check_openssl(X509_set_issuer_name(own, X509_get_subject_name(signing)) == 1 &&
                      ASN1_TIME_set(X509_getm_notBefore(own), content.not_before) != nullptr &&
                      ASN1_TIME_set(X509_getm_notAfter(own), end) != nullptr && X509_set_pubkey(own, key.get()) == 1,
                  "fill a certificate");
    add_extensions(own, signing, content);
    sign(own, issuer ? signer.key.get() : key.get());
    return to_pem(own);
}

}  // namespace bestow::crypto
