#include "ssh/private_key.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "codec/pem.hpp"
#include "crypto/bcrypt_pbkdf.hpp"
#include "crypto/protected_pem.hpp"
#include "crypto/rsa.hpp"
#include "crypto/x25519.hpp"
#include "ssh/openssh_key.hpp"

#include <algorithm>

namespace bestow::ssh {
namespace {

constexpr std::size_t kLargestFile = std::size_t{16} * 1024;
constexpr std::string_view kOpensshLabel = "OPENSSH PRIVATE KEY";
constexpr std::string_view kProtectedPkcs8Label = "ENCRYPTED PRIVATE KEY";
constexpr std::string_view kPkcs1Label = "RSA PRIVATE KEY";

Error malformed(std::string_view what) {
    return {ErrorKind::Format, format("malformed SSH private key: {}", what)};
}

[[noreturn]] void refuse_other_kinds() {
    throw Error(ErrorKind::Format, "a private key that is neither RSA nor ed25519 cannot decrypt",
                "use an ssh-ed25519 or ssh-rsa key, or an age key (bestow key generate)");
}

PrivateKey read_der(ByteView der) {
    auto parsed = crypto::parse_private_der(der);
    if (!parsed) {
        throw malformed("openssl cannot read it");
    }
    PrivateKey key;
    if (!parsed->rsa_pkcs1.empty()) {
        key.public_key = make_rsa_public_key(parsed->rsa_modulus, parsed->rsa_exponent);
        key.rsa_der = std::move(parsed->rsa_pkcs1);
    } else if (!parsed->ed25519_seed.empty()) {
        key.public_key = make_ed25519_public_key(crypto::ed25519_public(parsed->ed25519_seed.view()));
        key.ed25519_seed = std::move(parsed->ed25519_seed);
    } else {
        refuse_other_kinds();
    }
    return key;
}

codec::Pem read_pem(ByteView file) {
    if (file.size() > kLargestFile) {
        throw malformed(format("larger than {} bytes", kLargestFile));
    }
    const std::string_view text = trim(as_text(file));
    if (text.empty()) {
        throw malformed("the file is empty");
    }
    auto pem = codec::decode_pem(text);
    if (!pem) {
        throw malformed("no whole PEM block");
    }
    constexpr std::string_view suffix = "PRIVATE KEY";
    if (pem->label.size() < suffix.size() || pem->label.substr(pem->label.size() - suffix.size()) != suffix) {
        throw malformed(format("a PEM block {} is no private key", quoted(pem->label)));
    }
    return *std::move(pem);
}

/// An encrypted key in a PEM form that does not even show its public half.
bool hides_everything(const codec::Pem& pem) {
    return pem.encrypted || pem.label == kProtectedPkcs8Label;
}

std::string obstacle_of_pem(const codec::Pem& pem) {
    if (!pem.encrypted) {
        return crypto::obstacle_of_pkcs8(pem.bytes.view());
    }
    if (pem.label != kPkcs1Label) {
        refuse_other_kinds();
    }
    return crypto::obstacle_of_legacy_pem(pem.headers);
}

PrivateKeySummary inspect(const codec::Pem& pem) {
    PrivateKeySummary summary;
    if (hides_everything(pem)) {
        summary.is_protected = true;
        summary.obstacle = obstacle_of_pem(pem);
        return summary;
    }
    if (pem.label != kOpensshLabel) {
        summary.public_key = read_der(pem.bytes.view()).public_key;
        return summary;
    }
    OpensshFile openssh = read_openssh_file(pem.bytes.view());
    summary.is_protected = openssh.is_protected();
    if (summary.is_protected) {
        summary.obstacle = obstacle_of_openssh(openssh);
        summary.public_key = std::move(openssh.public_key);
    } else {
        summary.public_key = read_openssh_key(openssh).public_key;
    }
    return summary;
}

std::optional<PrivateKey> unlock_pem(const codec::Pem& pem, ByteView passphrase) {
    const std::optional<SecretBytes> der = pem.encrypted
                                               ? crypto::decrypt_legacy_pem(pem.headers, pem.bytes.view(), passphrase)
                                               : crypto::decrypt_pkcs8(pem.bytes.view(), passphrase);
    // A wrong passphrase passes the padding once in a few hundred times, and gives rubbish then.
    return der && crypto::parse_private_der(der->view()) ? std::optional(read_der(der->view())) : std::nullopt;
}

}  // namespace

bool looks_like_private_key(ByteView file) {
    const std::string_view text = trim(as_text(file.first(std::min<std::size_t>(file.size(), 256))));
    const std::string_view first_line = text.substr(0, text.find('\n'));
    return text.substr(0, 11) == "-----BEGIN " && first_line.find("PRIVATE KEY-----") != first_line.npos;
}

PrivateKeySummary inspect_private_key(ByteView file) {
    return inspect(read_pem(file));
}

PrivateKey parse_private_key(ByteView file) {
    const codec::Pem pem = read_pem(file);
    if (pem.label != kOpensshLabel && !hides_everything(pem)) {
        return read_der(pem.bytes.view());
    }
    if (pem.label == kOpensshLabel) {
        const OpensshFile openssh = read_openssh_file(pem.bytes.view());
        if (!openssh.is_protected()) {
            return read_openssh_key(openssh);
        }
    }
    throw Error(ErrorKind::Format, "this private key is protected by a passphrase",
                "only an operator's commands ask for it; a machine's key has none (ssh-keygen -p takes it off)");
}

void prepare_to_unlock(ByteView file) {
    if (read_pem(file).label == kOpensshLabel) {
        crypto::load_bcrypt_pbkdf();
    }
}

std::optional<PrivateKey> unlock_private_key(ByteView file, ByteView passphrase) {
    const codec::Pem pem = read_pem(file);
    const PrivateKeySummary summary = inspect(pem);
    require(summary.is_protected, "a protected key");
    if (!summary.obstacle.empty()) {
        throw Error(ErrorKind::Format, format("no passphrase opens this private key here: {}", summary.obstacle),
                    "ssh-keygen -p -Z aes256-ctr protects it anew");
    }
    return hides_everything(pem) ? unlock_pem(pem, passphrase)
                                 : unlock_openssh_key(read_openssh_file(pem.bytes.view()), passphrase);
}

}  // namespace bestow::ssh
