#pragma once
/// Private keys that are not at hand yet: protected by a passphrase, which is asked for when a file needs the key, or
/// given by a program.

#include "age/age.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "ssh/public_key.hpp"

namespace bestow::age {

inline constexpr unsigned kMostPassphrases = 3;

/// Asks up to three times. `open` gives nullopt for a wrong passphrase; its errors are of kind NoIdentity then, as is
/// that of the third wrong passphrase.
template <typename Opened>
Opened open_protected(const std::string& name, const AskPassphrase& ask,
                      const std::function<std::optional<Opened>(ByteView passphrase)>& open) {
    for (unsigned attempt = 1; attempt <= kMostPassphrases; ++attempt) {
        const SecretBytes passphrase = ask(name, attempt);
        try {
            if (std::optional<Opened> opened = open(passphrase.view())) {
                return std::move(*opened);
            }
        } catch (const Error& error) {
            throw Error(ErrorKind::NoIdentity, format("{}: {}", quoted(name), error.full_message()), error.hint());
        }
    }
    throw Error(ErrorKind::NoIdentity,
                format("{} stays shut: {} wrong passphrases were given", quoted(name), kMostPassphrases));
}

/// One protected file. It is asked for once, and a refusal is final: later files get the same error without a question.
class Lock {
  public:
    /// The identities in it, or nullopt for a wrong passphrase; throws Error for everything else.
    using Open = std::function<std::optional<Identities>(ByteView passphrase)>;
    Lock(std::string_view name, AskPassphrase ask, Open open);

    /// Asks up to three times. Throws Error(NoIdentity) when it stays shut.
    const Identities& open();
    [[nodiscard]] bool is_open() const { return !identities_.empty(); }
    /// None before it is open.
    [[nodiscard]] const Identities& identities() const { return identities_; }

  private:
    std::string name_;
    AskPassphrase ask_;
    Open open_;
    Identities identities_;
    std::optional<Error> refusal_;
};

/// The identities of a protected SSH key with that public half: opened for an ssh stanza that names it, or for a
/// recipient that was converted from it.
Identities locked_ssh_identities(const ssh::PublicKey& key, const std::shared_ptr<Lock>& lock);

/// The identities of a protected identity file, of which nothing is known before it is open.
std::unique_ptr<Identity> locked_identity_file(std::shared_ptr<Lock> lock);

}  // namespace bestow::age
