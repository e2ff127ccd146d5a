#pragma once
/// What the certificate*.cpp files share: reading PEM, and what a certificate consists of. For this folder only.

#include "crypto/certificate.hpp"
#include "crypto/openssl.hpp"

#include <openssl/bio.h>
#include <openssl/x509v3.h>

namespace bestow::crypto {

using Bio = std::unique_ptr<BIO, OpensslFree<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, OpensslFree<X509_free>>;

/// What X.509 or a caller's PEM does not take.
Error not_taken(const std::string& what);

/// What was written; openssl wipes its own copy of a secret.
SecretBytes content_of(const Bio& bio);
/// nullptr for what is none. Never asks for a passphrase.
PublicKeyPtr try_read_key(ByteView pem);
/// One, and nothing else: openssl itself takes the first and says nothing of the rest. nullptr otherwise.
Certificate try_read_certificate(std::string_view pem);
std::string to_pem(X509* certificate);

void set_subject(X509* certificate, const CertificateContent& content);
void add_extensions(X509* certificate, X509* issuer, const CertificateContent& content);

/// Seconds since the epoch.
std::optional<std::int64_t> seconds_of(const ASN1_TIME* given);

}  // namespace bestow::crypto
