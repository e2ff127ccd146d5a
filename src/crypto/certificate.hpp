#pragma once
/// Keys that sign, and X.509 certificates (RFC 5280) over them, through OpenSSL. Keys are PKCS#8 in PEM, certificates
/// are PEM.

#include "base/secret_bytes.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bestow::crypto {

enum class SigningKey { EcP256, Ed25519 };

SecretBytes generate_signing_key(SigningKey kind);

struct CertificateContent {
    std::vector<std::pair<std::string, std::string>> subject;  ///< "CN", "web1"
    std::vector<std::string> names;                            ///< DNS names and IP addresses
    std::int64_t not_before = 0;                               ///< seconds since the epoch
    std::int64_t not_after = 0;
    bool is_ca = false;
    bool server = false;
    bool client = false;
};

struct Issuer {
    ByteView key_pem;
    std::string_view certificate_pem;
};

/// For the public half of that key; self-signed without an issuer. Never outlives its issuer's certificate. Throws
/// Error(Format) for a key or an issuer that does not parse, an issuer whose key and certificate do not belong
/// together or are no CA's, and a subject or name that X.509 does not take.
std::string issue_certificate(ByteView key_pem, const CertificateContent& content, const std::optional<Issuer>& issuer);

/// A certificate below is a PEM text with one certificate and nothing beside it, since whoever trusts such a file
/// trusts everything in it. What is none has no start and no end, and is nobody's.

/// When it begins and ceases to be valid, in seconds since the epoch.
std::optional<std::int64_t> certificate_start(std::string_view pem);
std::optional<std::int64_t> certificate_end(std::string_view pem);

/// What it says otherwise than this content: subject, names, usages, any other extension, the kind of its key, and a
/// longer validity; a text each, for people. Nothing about who signed it.
std::vector<std::string> certificate_differences(std::string_view pem, const CertificateContent& content,
                                                 SigningKey kind);

/// False when either does not parse, too.
bool is_certificate_of(std::string_view certificate_pem, ByteView key_pem);
/// Signed by that CA's key, and in its name.
bool is_signed_by(std::string_view certificate_pem, std::string_view ca_pem);
/// Signed by that private key.
bool is_signed_by_key(std::string_view certificate_pem, ByteView key_pem);

}  // namespace bestow::crypto
