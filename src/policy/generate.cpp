#include "policy/generate.hpp"

namespace bestow::policy {

const std::vector<std::string>& generate_kinds() {
    static const std::vector<std::string> kinds = {
        "text",    "passphrase", "hex",      "base64", "uuid",        "ssh-ed25519", "ssh-rsa", "wireguard",
        "x509-ca", "x509",       "htpasswd", "bcrypt", "sha512crypt", "yescrypt",    "command",
    };
    return kinds;
}

const std::string& to_text(GenerateKind kind) {
    return generate_kinds().at(static_cast<std::size_t>(kind));
}

std::vector<std::string> generate_keys(GenerateKind kind) {
    using Kind = GenerateKind;
    switch (kind) {
        case Kind::Text:
            return {"kind", "length", "alphabet", "characters", "weak"};
        case Kind::Passphrase:
            return {"kind", "words", "separator", "weak"};
        case Kind::Hex:
        case Kind::Base64:
            return {"kind", "bytes", "weak"};
        case Kind::Uuid:
            return {"kind"};
        case Kind::SshEd25519:
            return {"kind", "comment", "public"};
        case Kind::SshRsa:
            return {"kind", "bits", "comment", "public"};
        case Kind::Wireguard:
            return {"kind", "public"};
        case Kind::X509Ca:
            return {"kind", "subject", "days", "algorithm", "public"};
        case Kind::X509:
            return {"kind", "ca", "subject", "names", "days", "usages", "algorithm", "with_certificate", "public"};
        case Kind::Htpasswd:
            return {"kind", "of", "user"};
        case Kind::Bcrypt:
        case Kind::Sha512crypt:
        case Kind::Yescrypt:
            return {"kind", "of"};
        case Kind::Command:
            return {"kind", "command", "inputs", "timeout"};
    }
    return {};
}

bool Generate::has_public_half() const {
    switch (kind) {
        case GenerateKind::SshEd25519:
        case GenerateKind::SshRsa:
        case GenerateKind::Wireguard:
        case GenerateKind::X509Ca:
        case GenerateKind::X509:
            return true;
        default:
            return false;
    }
}

std::vector<std::string> Generate::dependencies() const {
    std::vector<std::string> names = inputs;
    for (const std::string& name : {ca, of}) {
        if (!name.empty()) {
            names.push_back(name);
        }
    }
    return names;
}

}  // namespace bestow::policy
