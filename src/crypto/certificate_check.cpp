#include "base/format.hpp"
#include "base/text.hpp"
#include "crypto/certificate_parts.hpp"

#include <array>
#include <map>

#include <openssl/err.h>

namespace bestow::crypto {
namespace {

/// What was written for people.
std::string printed(const Bio& bio) {
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return on_one_line(trim(std::string_view(text, size > 0 ? static_cast<std::size_t>(size) : 0)));
}

std::string subject_text(const X509* certificate) {
    const Bio bio(BIO_new(BIO_s_mem()));
    check_openssl(bio != nullptr, "allocate a buffer");
    (void)X509_NAME_print_ex(bio.get(), X509_get_subject_name(certificate), 0, XN_FLAG_ONELINE);
    return printed(bio);
}

struct ExtensionContent {
    Bytes der;  ///< of all of that kind, critical or not included
    std::string shown;
    bool operator==(const ExtensionContent& other) const { return der == other.der; }
};

/// By their names, without the identifiers of keys, which say nothing.
std::map<std::string, ExtensionContent> extensions_of(const X509* certificate) {
    std::map<std::string, ExtensionContent> found;
    for (int i = 0; i < X509_get_ext_count(certificate); ++i) {
        X509_EXTENSION* const extension = X509_get_ext(certificate, i);
        const ASN1_OBJECT* const kind = X509_EXTENSION_get_object(extension);
        const int number = OBJ_obj2nid(kind);
        if (number == NID_subject_key_identifier || number == NID_authority_key_identifier) {
            continue;
        }
        std::array<char, 80> name{};
        (void)OBJ_obj2txt(name.data(), static_cast<int>(name.size()), kind, 0);
        unsigned char* der = nullptr;
        const int size = i2d_X509_EXTENSION(extension, &der);
        check_openssl(size > 0, "encode an extension");
        const std::unique_ptr<unsigned char, decltype([](unsigned char* p) { OPENSSL_free(p); })> freed(der);
        const Bio bio(BIO_new(BIO_s_mem()));
        check_openssl(bio != nullptr, "allocate a buffer");
        (void)X509V3_EXT_print(bio.get(), extension, 0, 0);
        ExtensionContent& content = found[name.data()];
        content.der.insert(content.der.end(), der, der + size);
        content.shown += printed(bio);
    }
    ERR_clear_error();
    return found;
}

std::string extension_difference(const std::string& name, const ExtensionContent* given,
                                 const ExtensionContent* expected) {
    const auto shown = [](const ExtensionContent* one) { return one == nullptr ? "none" : quoted(one->shown); };
    return format("its {} is {} and not {}", name, shown(given), shown(expected));
}

std::vector<std::string> extension_differences(const X509* given, const X509* expected) {
    const std::map<std::string, ExtensionContent> there = extensions_of(given);
    std::map<std::string, ExtensionContent> declared = extensions_of(expected);
    std::vector<std::string> differences;
    for (const auto& [name, content] : there) {
        const auto found = declared.find(name);
        if (found == declared.end()) {
            differences.push_back(extension_difference(name, &content, nullptr));
        } else if (!(found->second == content)) {
            differences.push_back(extension_difference(name, &content, &found->second));
        }
    }
    for (const auto& [name, content] : declared) {
        if (there.count(name) == 0) {
            differences.push_back(extension_difference(name, nullptr, &content));
        }
    }
    return differences;
}

bool is_of_kind(const X509* certificate, SigningKey kind) {
    const EVP_PKEY* const key = X509_get0_pubkey(certificate);
    std::array<char, 32> group{};
    const bool is_p256 = key != nullptr && EVP_PKEY_is_a(key, "EC") == 1 &&
                         EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr) == 1 &&
                         std::string_view(group.data()) == "prime256v1";
    return kind == SigningKey::EcP256 ? is_p256 : key != nullptr && EVP_PKEY_is_a(key, "ED25519") == 1;
}

/// As it would be for that key, but for who signs it and when.
Certificate expected_certificate(X509* given, const CertificateContent& content) {
    Certificate certificate(X509_new());
    check_openssl(certificate != nullptr && X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
                      X509_set_pubkey(certificate.get(), X509_get0_pubkey(given)) == 1,
                  "allocate a certificate");
    set_subject(certificate.get(), content);
    add_extensions(certificate.get(), certificate.get(), content);
    return certificate;
}

}  // namespace

std::optional<std::int64_t> certificate_start(std::string_view pem) {
    const Certificate certificate = try_read_certificate(pem);
    return certificate != nullptr ? seconds_of(X509_get0_notBefore(certificate.get())) : std::nullopt;
}

std::optional<std::int64_t> certificate_end(std::string_view pem) {
    const Certificate certificate = try_read_certificate(pem);
    return certificate != nullptr ? seconds_of(X509_get0_notAfter(certificate.get())) : std::nullopt;
}

std::vector<std::string> certificate_differences(std::string_view pem, const CertificateContent& content,
                                                 SigningKey kind) {
    const Certificate given = try_read_certificate(pem);
    const std::optional<std::int64_t> start = certificate_start(pem);
    const std::optional<std::int64_t> end = certificate_end(pem);
    if (given == nullptr || !start || !end) {
        return {"it is no certificate, or not one alone"};
    }
    std::vector<std::string> differences;
    if (!is_of_kind(given.get(), kind)) {
        differences.emplace_back("its key is of another algorithm");
        return differences;
    }
    const Certificate expected = expected_certificate(given.get(), content);
    if (X509_NAME_cmp(X509_get_subject_name(given.get()), X509_get_subject_name(expected.get())) != 0) {
        differences.push_back(format("its subject is {} and not {}", quoted(subject_text(given.get())),
                                     quoted(subject_text(expected.get()))));
    }
    for (std::string& one : extension_differences(given.get(), expected.get())) {
        differences.push_back(std::move(one));
    }
    if (*end - *start > content.not_after - content.not_before) {
        differences.emplace_back("it is valid for longer");
    }
    return differences;
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
    const bool fits = certificate != nullptr && ca != nullptr &&
                      X509_NAME_cmp(X509_get_issuer_name(certificate.get()), X509_get_subject_name(ca.get())) == 0 &&
                      X509_verify(certificate.get(), X509_get0_pubkey(ca.get())) == 1;
    ERR_clear_error();
    return fits;
}

bool is_signed_by_key(std::string_view certificate_pem, ByteView key_pem) {
    const Certificate certificate = try_read_certificate(certificate_pem);
    const PublicKeyPtr key = try_read_key(key_pem);
    const bool fits = certificate != nullptr && key != nullptr && X509_verify(certificate.get(), key.get()) == 1;
    ERR_clear_error();
    return fits;
}

}  // namespace bestow::crypto
