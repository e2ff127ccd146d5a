#pragma once
/// `generate:` of a secret as data: how its values are made, and from which other secrets. What makes them is
/// src/generate.

#include "policy/origin.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace bestow::policy {

enum class GenerateKind {
    Text,
    Passphrase,
    Hex,
    Base64,
    Uuid,
    SshEd25519,
    SshRsa,
    Wireguard,
    X509Ca,
    X509,
    Htpasswd,
    Bcrypt,
    Sha512crypt,
    Yescrypt,
    Command,
};

/// Their names in bestow.yaml, in the order of the enumerators.
const std::vector<std::string>& generate_kinds();
const std::string& to_text(GenerateKind kind);
/// What a declaration of that kind may say.
std::vector<std::string> generate_keys(GenerateKind kind);

enum class CertificateKey { EcP256, Ed25519 };

/// What a certificate says, besides whose signature it bears.
struct CertificateFields {
    std::vector<std::pair<std::string, std::string>> subject;  ///< "CN", "web1"; in the order of the declaration
    std::vector<std::string> names;                            ///< DNS names and IP addresses
    std::uint64_t days = 0;
    bool server = false;  ///< usages
    bool client = false;
    CertificateKey key = CertificateKey::EcP256;
    bool with_certificate = false;  ///< the value is the key, and after it the certificate and its CA's
};

/// Only what belongs to the kind is filled. In comment, user, subject and names, "{host}" (or "{env}" for `per: env`)
/// stands for the variant.
struct Generate {
    GenerateKind kind = GenerateKind::Text;
    std::size_t length = 0;                  ///< text: characters
    std::string alphabet;                    ///< text: every character that may occur, each once
    std::size_t words = 0;                   ///< passphrase
    std::string separator;                   ///< passphrase
    std::size_t size_bytes = 0;              ///< hex, base64: before they are encoded
    std::size_t bits = 0;                    ///< ssh-rsa
    std::string comment;                     ///< ssh-ed25519, ssh-rsa
    CertificateFields certificate;           ///< x509-ca, x509
    std::string ca;                          ///< x509: the secret of the CA
    std::string of;                          ///< htpasswd, bcrypt, sha512crypt, yescrypt: the secret that is hashed
    std::string user;                        ///< htpasswd
    std::vector<std::string> command;        ///< command: program and arguments
    std::vector<std::string> inputs;         ///< command: secrets that it gets
    std::uint64_t timeout_seconds = 0;       ///< command
    std::optional<std::string> public_path;  ///< where the public half goes, relative to the store; may hold "{host}"
    Origin origin;

    [[nodiscard]] bool has_public_half() const;
    [[nodiscard]] bool is_certificate() const { return kind == GenerateKind::X509 || kind == GenerateKind::X509Ca; }
    /// The secrets that a value is made from.
    [[nodiscard]] std::vector<std::string> dependencies() const;
};

}  // namespace bestow::policy
