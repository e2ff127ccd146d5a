#include "crypto/certificate_parts.hpp"

#include "base/format.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <ctime>

#include <openssl/err.h>
#include <openssl/pem.h>

namespace bestow::crypto {
namespace {

using Extension = std::unique_ptr<X509_EXTENSION, OpensslFree<X509_EXTENSION_free>>;
using GeneralNames = std::unique_ptr<GENERAL_NAMES, OpensslFree<GENERAL_NAMES_free>>;
using GeneralName = std::unique_ptr<GENERAL_NAME, OpensslFree<GENERAL_NAME_free>>;
using OctetString = std::unique_ptr<ASN1_OCTET_STRING, OpensslFree<ASN1_OCTET_STRING_free>>;
using Ia5String = std::unique_ptr<ASN1_IA5STRING, OpensslFree<ASN1_IA5STRING_free>>;

Bio reading(ByteView bytes) {
    Bio bio(BIO_new_mem_buf(bytes.data(), openssl_size(bytes.size())));
    check_openssl(bio != nullptr, "allocate a buffer");
    return bio;
}

int refuse_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*context*/) {
    return 0;  // never from the terminal
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

}  // namespace

Error not_taken(const std::string& what) {
    ERR_clear_error();
    return {ErrorKind::Format, what};
}

SecretBytes content_of(const Bio& bio) {
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    check_openssl(size > 0, "write PEM");
    return SecretBytes::copy_of(std::string_view(text, static_cast<std::size_t>(size)));
}

PublicKeyPtr try_read_key(ByteView pem) {
    const Bio bio = reading(pem);
    PublicKeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, refuse_passphrase, nullptr));
    ERR_clear_error();
    return key;
}

std::string to_pem(X509* certificate) {
    const Bio bio(BIO_new(BIO_s_mem()));
    check_openssl(bio != nullptr && PEM_write_bio_X509(bio.get(), certificate) == 1, "write a certificate");
    return to_text(content_of(bio).view());
}

Certificate try_read_certificate(std::string_view pem) {
    const Bio bio = reading(as_bytes(pem));
    Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, refuse_passphrase, nullptr));
    ERR_clear_error();
    if (certificate != nullptr && trim(to_pem(certificate.get())) != trim(pem)) {
        certificate.reset();
    }
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

std::optional<std::int64_t> seconds_of(const ASN1_TIME* given) {
    std::tm time = {};
    if (ASN1_TIME_to_tm(given, &time) != 1) {
        ERR_clear_error();
        return std::nullopt;
    }
    return ::timegm(&time);
}

}  // namespace bestow::crypto
