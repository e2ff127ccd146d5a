#pragma once
/// age v1 (C2SP age.md): recipients, identities, and whole files in memory. Streams are in age/stream_file.hpp.
/// Identities and recipients are immutable after construction; use from one thread.

#include "base/secret_bytes.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bestow::age {

inline constexpr std::size_t kFileKeyBytes = 16;

/// One "-> type args" block of a header.
struct Stanza {
    std::string type;
    std::vector<std::string> arguments;
    Bytes body;
};

/// Whoever a file is encrypted to.
class Recipient {
  public:
    virtual ~Recipient() = default;
    [[nodiscard]] virtual Stanza wrap(ByteView file_key) const = 0;
    /// "age1...", "ssh-ed25519 AAAA..." without comment; "passphrase" for scrypt.
    [[nodiscard]] virtual std::string text() const = 0;
};

/// A private key that may open files.
class Identity {
  public:
    virtual ~Identity() = default;
    /// The file key, or nullopt when no stanza is for this identity. Throws Error(Format) when one is, but is
    /// malformed.
    [[nodiscard]] virtual std::optional<SecretBytes> unwrap(const std::vector<Stanza>& stanzas) const = 0;
    /// The recipient that this identity opens; empty for a passphrase.
    [[nodiscard]] virtual std::string recipient_text() const = 0;
};

using Recipients = std::vector<std::unique_ptr<Recipient>>;
using Identities = std::vector<std::unique_ptr<Identity>>;

/// "age1...", "ssh-ed25519 ...", "ssh-rsa ..."; throws Error(Format), naming hybrid and plugin recipients as not
/// supported rather than malformed.
std::unique_ptr<Recipient> parse_recipient(std::string_view text);
std::unique_ptr<Recipient> scrypt_recipient(SecretBytes passphrase, unsigned log_work_factor = 18);

/// The same key however it is written (SSH comments and white space dropped); throws like parse_recipient.
std::string normalize_recipient(std::string_view text);

/// The X25519 recipient of an ssh-ed25519 public key line, as ssh-to-age gives it; an ssh-rsa key or an age recipient
/// comes back in its own normal form.
std::string recipient_as_x25519(std::string_view text);

/// Everything in an identity file: native identities a line, or one unencrypted SSH private key. An ed25519 SSH key
/// gives two identities: for ssh-ed25519 stanzas and for the converted X25519 recipient. `name` is for messages only.
Identities parse_identities(ByteView file, std::string_view name);

/// Recipients a line, '#' comments and empty lines skipped. Error texts do not echo the line.
Recipients parse_recipients_file(ByteView file, std::string_view name);

/// A whole age file. Throws Error(Usage) for no recipients or scrypt in company.
Bytes encrypt(ByteView plaintext, const Recipients& recipients, bool armor);

/// nullopt when no identity opens it; throws Error(Format) or Error(Authentication). Input may be armored.
/// `limit_bytes` caps the plaintext.
std::optional<SecretBytes> decrypt(ByteView file, const Identities& identities, std::size_t limit_bytes);

/// True when the bytes start as an age file does, binary or armored.
bool looks_like_age_file(ByteView bytes);

}  // namespace bestow::age
