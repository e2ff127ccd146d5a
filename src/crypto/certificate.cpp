#include "crypto/certificate.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "crypto/openssl.hpp"
#include "crypto/random.hpp"

#include <algorithm>
#include <array>
#include <ctime>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace bestow::crypto {
namespace {

using Bio = std::unique_ptr<BIO, OpensslFree<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, OpensslFree<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, OpensslFree<X509_EXTENSION_free>>;
using GeneralNames = std::unique_ptr<GENERAL_NAMES, OpensslFree<GENERAL_NAMES_free>>;
using GeneralName = std::unique_ptr<GENERAL_NAME, OpensslFree<GENERAL_NAME_free>>;
using OctetString = std::unique_ptr<ASN1_OCTET_STRING, OpensslFree<ASN1_OCTET_STRING_free>>;
using Ia5String = std::unique_ptr<ASN1_IA5STRING, OpensslFree<ASN1_IA5STRING_free>>;

Error not_taken(const std::string& what) {
    ERR_clear_error();
    return {ErrorKind::Format, what};
}

Bio reading(ByteView bytes) {
    Bio bio(BIO_new_mem_buf(bytes.data(), openssl_size(bytes.size())));
    check_openssl(bio != nullptr, "allocate a buffer");
    return bio;
}

/// What was written; openssl wipes its own copy of a secret.
SecretBytes content_of(const Bio& bio) {
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    check_openssl(size > 0, "write PEM");
    return SecretBytes::copy_of(std::string_view(text, static_cast<std::size_t>(size)));
}

int refuse_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*context*/) {
    return 0;  // never from the terminal
}

PublicKeyPtr try_read_key(ByteView pem) {
    const Bio bio = reading(pem);
    PublicKeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, refuse_passphrase, nullptr));
    ERR_clear_error();
    return key;
}

Certificate try_read_certificate(std::string_view pem) {
    const Bio bio = reading(as_bytes(pem));
    Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, refuse_passphrase, nullptr));
    ERR_clear_error();
    return certificate;
}

void set_subject(X509* certificate, const CertificateContent& content) {
    X509_NAME* const name = X509_get_subject_name(certificate);
    for (const auto& [field, value] : content.subject) {
        const auto* const text = reinterpret_cast<const unsigned char*>(value.data());
        if (X509_NAME_add_entry_by_txt(name, field.c_str(), MBSTRING_UTF8, text, openssl_size(value.size()), -1, 0) !=
            1) {
            throw not_taken(format("a certificate's subject cannot have {} as its {}", quoted(value), field));
        }
    }
}

void set_serial(X509* certificate) {
    std::array<Byte, 16> bytes{};
    fill_random(bytes);
    bytes[0] = static_cast<Byte>((bytes[0] & 0x7f) | 0x40);  // positive, and of full length
    const std::unique_ptr<BIGNUM, OpensslFree<BN_free>> number(
        BN_bin2bn(bytes.data(), openssl_size(bytes.size()), nullptr));
    check_openssl(number != nullptr && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr,
                  "number a certificate");
}

/// The constant texts below alone go through openssl's little language.
void add_extension(X509* certificate, X509V3_CTX* context, int kind, const char* text) {
    const Extension extension(X509V3_EXT_conf_nid(nullptr, context, kind, text));
    check_openssl(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1, "extend a certificate");
}

GeneralName general_name(const std::string& text) {
    GeneralName name(GENERAL_NAME_new());
    check_openssl(name != nullptr, "allocate a name");
    if (OctetString address(a2i_IPADDRESS(text.c_str())); address != nullptr) {
        GENERAL_NAME_set0_value(name.get(), GEN_IPADD, address.release());
        return name;
    }
    ERR_clear_error();
    Ia5String dns(ASN1_IA5STRING_new());
    const bool valid = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("-._*").find(c) != std::string_view::npos;
    });
    if (!valid || text.size() > 253) {
        throw not_taken(format("{} is no DNS name and no IP address", quoted(text)));
    }
    check_openssl(dns != nullptr && ASN1_STRING_set(dns.get(), text.data(), openssl_size(text.size())) == 1,
                  "allocate a name");
    GENERAL_NAME_set0_value(name.get(), GEN_DNS, dns.release());
    return name;
}

void add_names(X509* certificate, const std::vector<std::string>& names) {
    if (names.empty()) {
        return;
    }
    const GeneralNames list(GENERAL_NAMES_new());
    check_openssl(list != nullptr, "allocate names");
    for (const std::string& text : names) {
        GeneralName name = general_name(text);
        check_openssl(sk_GENERAL_NAME_push(list.get(), name.get()) > 0, "collect names");
        (void)name.release();  // the list's now
    }
    check_openssl(X509_add1_ext_i2d(certificate, NID_subject_alt_name, list.get(), 0, X509V3_ADD_DEFAULT) == 1,
                  "name a certificate");
}

void add_extensions(X509* certificate, X509* issuer, const CertificateContent& content) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509V3_set_ctx_nodb(&context);
    add_extension(certificate, &context, NID_subject_key_identifier, "hash");
    if (issuer != certificate) {
        add_extension(certificate, &context, NID_authority_key_identifier, "keyid:always");
    }
    if (content.is_ca) {
        add_extension(certificate, &context, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
        add_extension(certificate, &context, NID_key_usage, "critical,keyCertSign,cRLSign");
    } else {
        add_extension(certificate, &context, NID_basic_constraints, "critical,CA:FALSE");
        add_extension(certificate, &context, NID_key_usage, "critical,digitalSignature");
    }
    if (content.server || content.client) {
        add_extension(certificate, &context, NID_ext_key_usage,
                      content.server && content.client ? "serverAuth,clientAuth"
                      : content.server                 ? "serverAuth"
                                                       : "clientAuth");
    }
    add_names(certificate, content.names);
}

std::optional<std::int64_t> end_of(const X509* certificate) {
    std::tm time = {};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &time) != 1) {
        ERR_clear_error();
        return std::nullopt;
    }
    return ::timegm(&time);
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

std::string to_pem(X509* certificate) {
    const Bio bio(BIO_new(BIO_s_mem()));
    check_openssl(bio != nullptr && PEM_write_bio_X509(bio.get(), certificate) == 1, "write a certificate");
    return to_text(content_of(bio).view());
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
    const std::int64_t end = issuer ? std::min(content.not_after, end_of(signing).value_or(0)) : content.not_after;
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

std::optional<std::int64_t> certificate_end(std::string_view pem) {
    const Certificate certificate = try_read_certificate(pem);
    return certificate != nullptr ? end_of(certificate.get()) : std::nullopt;
}

bool is_certificate_of(std::string_view certificate_pem, ByteView key_pem) {
    const Certificate certificate = try_read_certificate(certificate_pem);
    const PublicKeyPtr key = try_read_key(key_pem);
    const bool fits =
        certificate != nullptr && key != nullptr && X509_check_private_key(certificate.get(), key.get()) == 1;
    ERR_clear_error();
    return fits;
}

bool is_signed_by(std::string_view certificate_pem, std::string_view ca_pem) {
    const Certificate certificate = try_read_certificate(certificate_pem);
    const Certificate ca = try_read_certificate(ca_pem);
    const bool fits =
        certificate != nullptr && ca != nullptr && X509_verify(certificate.get(), X509_get0_pubkey(ca.get())) == 1;
    ERR_clear_error();
    return fits;
}

}  // namespace bestow::crypto
