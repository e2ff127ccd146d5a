#pragma once
/// age v1 (C2SP age.md): recipients, identities, and whole files in memory. Streams are in age/stream_file.hpp.
/// Recipients are immutable and may be used from several threads at once, identities from one: some ask for their key.

#include "base/secret_bytes.hpp"

#include <array>
#include <functional>
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
    /// True for a passphrase: its file has no other recipient, so that whoever opens it knows who made it.
    [[nodiscard]] virtual bool must_be_alone() const { return false; }
};

/// How far opening goes. Each step is for files that the ones before it did not open.
enum class Effort {
    Ready,         ///< private keys that are at hand
    Command,       ///< run the programs that give keys, each once
    CommandAgain,  ///< run them for this very recipient
    NamedKey,      ///< ask for the passphrase of a key that the file names
    AnyKey,        ///< ask for passphrases of keys of which no public half is known
};
inline constexpr std::array kEfforts = {Effort::Ready, Effort::Command, Effort::CommandAgain, Effort::NamedKey,
                                        Effort::AnyKey};

/// One step, for one file.
struct Attempt {
    Effort effort = Effort::Ready;
    std::string recipient;  ///< whom the file is for, where something outside of it says so
};

/// A private key that may open files.
class Identity {
  public:
    virtual ~Identity() = default;
    /// For a private key that is not at hand yet: gets it, if this attempt is the one to do so and the file may be for
    /// it. True when unwrap() shall be tried then. Throws Error(NoIdentity) when it cannot be had.
    [[nodiscard]] virtual bool prepare(const Attempt& attempt, const std::vector<Stanza>& stanzas) const;
    /// The file key, or nullopt when no stanza is for this identity. Throws Error(Format) when one is, but is
    /// malformed.
    [[nodiscard]] virtual std::optional<SecretBytes> unwrap(const std::vector<Stanza>& stanzas) const = 0;
    /// The recipient that this identity opens; empty for a passphrase.
    [[nodiscard]] virtual std::string recipient_text() const = 0;
    /// 32 bytes that only the holder of this private key can make: HKDF over it under a label. The same for an
    /// ed25519 SSH key and the X25519 key converted from it; empty for a passphrase.
    [[nodiscard]] virtual SecretBytes derive_key(std::string_view label) const = 0;
};

using Recipients = std::vector<std::shared_ptr<const Recipient>>;
using Identities = std::vector<std::unique_ptr<Identity>>;

/// "age1...", "ssh-ed25519 ...", "ssh-rsa ..."; throws Error(Format), naming hybrid and plugin recipients as not
/// supported rather than malformed.
std::unique_ptr<Recipient> parse_recipient(std::string_view text);
/// The same, parsed once a process however many files name it.
std::shared_ptr<const Recipient> shared_recipient(std::string_view text);
std::unique_ptr<Recipient> scrypt_recipient(SecretBytes passphrase, unsigned log_work_factor = 18);

inline constexpr unsigned kUnattendedWorkFactor = 20;  ///< 1 GiB
inline constexpr unsigned kAttendedWorkFactor = 22;    ///< 4 GiB: the most that age takes

/// Opens passphrase files; `ask` is called once at most, and only for a file that a passphrase opens. A work factor
/// above the cap is refused before anybody is asked.
std::unique_ptr<Identity> scrypt_identity(std::function<SecretBytes()> ask,
                                          unsigned work_factor_cap = kUnattendedWorkFactor);

/// The same key however it is written (SSH comments and white space dropped); throws like parse_recipient.
std::string normalize_recipient(std::string_view text);

/// The X25519 recipient of an ssh-ed25519 public key line, as ssh-to-age gives it; an ssh-rsa key or an age recipient
/// comes back in its own normal form.
std::string recipient_as_x25519(std::string_view text);

/// A new native identity: "AGE-SECRET-KEY-1...", and the recipient that it opens.
struct GeneratedIdentity {
    SecretBytes text;
    std::string recipient;
};
GeneratedIdentity generate_identity();

/// Asks for the passphrase of the key with that name; `attempt` counts from 1. Throws Error(NoIdentity) when there is
/// nobody to ask.
using AskPassphrase = std::function<SecretBytes(const std::string& name, unsigned attempt)>;

/// The native identity that an ed25519 SSH private key stands for, as ssh-to-age writes it. A protected one is asked
/// for.
SecretBytes ssh_private_key_as_identity(ByteView file, std::string_view name, const AskPassphrase& ask = {});

/// How a protected private key is opened: by asking when a file needs it, once, three times for a wrong answer.
struct Unlocking {
    AskPassphrase ask;       ///< empty: protected keys are refused
    std::string public_key;  ///< what the file beside it with .pub holds; for PEM keys, which hide their public half
    bool at_once = false;    ///< an identity file is opened now, because its recipients are wanted
};

/// Everything in an identity file: native identities a line, one SSH private key, or an age file under a passphrase
/// that holds native identities. An ed25519 SSH key gives two identities: for ssh-ed25519 stanzas and for the converted
/// X25519 recipient. `name` is for messages only.
Identities parse_identities(ByteView file, std::string_view name, const Unlocking& unlocking = {});

/// Identities that `fetch` gives for a recipient (empty when unknown), which it is called for once at most.
std::unique_ptr<Identity> fetched_identity(std::function<Identities(const std::string& recipient)> fetch);

/// Recipients a line, '#' comments and empty lines skipped. Error texts do not echo the line. With `ignored`, SSH keys
/// of kinds that cannot decrypt are left out, and said there, as age does with somebody's authorized_keys.
Recipients parse_recipients_file(ByteView file, std::string_view name, std::vector<std::string>* ignored = nullptr);

/// A whole age file. Throws Error(Usage) for no recipients or scrypt in company.
Bytes encrypt(ByteView plaintext, const Recipients& recipients, bool armor);

/// nullopt when no identity opens it; throws Error(Format) or Error(Authentication). Input may be armored.
/// `limit_bytes` caps the plaintext. Makes every effort; Error(NoIdentity) when nothing opens it and a key could not be
/// had.
std::optional<SecretBytes> decrypt(ByteView file, const Identities& identities, std::size_t limit_bytes);

/// One attempt of these, for whoever has several files to try.
std::optional<SecretBytes> decrypt(ByteView file, const Identities& identities, std::size_t limit_bytes,
                                   const Attempt& attempt);

/// True when the bytes start as an age file does, binary or armored.
bool looks_like_age_file(ByteView bytes);

}  // namespace bestow::age
