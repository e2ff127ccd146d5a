#include "age/locked.hpp"

#include "age/ssh_ed25519.hpp"
#include "age/x25519.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace bestow::age {
namespace {

std::optional<SecretBytes> unwrap_with(const Identities& identities, const std::vector<Stanza>& stanzas) {
    for (const auto& identity : identities) {
        if (auto file_key = identity->unwrap(stanzas)) {
            return file_key;
        }
    }
    return std::nullopt;
}

/// One of the identities in a lock.
class LockedIdentity : public Identity {
  public:
    LockedIdentity(std::shared_ptr<Lock> lock, std::string recipient, std::size_t index)
        : lock_(std::move(lock)), recipient_(std::move(recipient)), index_(index) {}

    [[nodiscard]] bool prepare(const Attempt& attempt, const std::vector<Stanza>& stanzas) const override {
        if (attempt.effort != Effort::NamedKey || !is_for_it(attempt, stanzas)) {
            return false;
        }
        (void)lock_->open();
        return true;
    }
    [[nodiscard]] std::optional<SecretBytes> unwrap(const std::vector<Stanza>& stanzas) const override {
        return lock_->is_open() ? lock_->identities().at(index_)->unwrap(stanzas) : std::nullopt;
    }
    [[nodiscard]] std::string recipient_text() const override { return recipient_; }
    [[nodiscard]] SecretBytes derive_key(std::string_view label) const override {
        return lock_->open().at(index_)->derive_key(label);
    }

  protected:
    [[nodiscard]] virtual bool is_for_it(const Attempt& attempt, const std::vector<Stanza>& stanzas) const = 0;

  private:
    std::shared_ptr<Lock> lock_;
    std::string recipient_;
    std::size_t index_;
};

class LockedSshIdentity : public LockedIdentity {
  public:
    LockedSshIdentity(std::shared_ptr<Lock> lock, const ssh::PublicKey& key)
        : LockedIdentity(std::move(lock), key.text(), 0),
          type_(key.type == ssh::KeyType::Rsa ? "ssh-rsa" : "ssh-ed25519"),
          tag_(ssh_tag(key)) {}

  protected:
    [[nodiscard]] bool is_for_it(const Attempt&, const std::vector<Stanza>& stanzas) const override {
        return std::any_of(stanzas.begin(), stanzas.end(), [this](const Stanza& stanza) {
            return stanza.type == type_ && !stanza.arguments.empty() && stanza.arguments.front() == tag_;
        });
    }

  private:
    std::string type_;
    std::string tag_;
};

/// X25519 stanzas name nobody; what a SOPS document says beside one does.
class LockedConvertedIdentity : public LockedIdentity {
  public:
    using LockedIdentity::LockedIdentity;

  protected:
    [[nodiscard]] bool is_for_it(const Attempt& attempt, const std::vector<Stanza>&) const override {
        return trim(attempt.recipient) == recipient_text();
    }
};

class LockedIdentityFile : public Identity {
  public:
    explicit LockedIdentityFile(std::shared_ptr<Lock> lock) : lock_(std::move(lock)) {}

    [[nodiscard]] bool prepare(const Attempt& attempt, const std::vector<Stanza>& stanzas) const override {
        const bool may_be_for_it = std::any_of(stanzas.begin(), stanzas.end(),
                                               [](const Stanza& stanza) { return stanza.type == kX25519StanzaType; });
        if (attempt.effort != Effort::AnyKey || !may_be_for_it) {
            return false;
        }
        (void)lock_->open();
        return true;
    }
    [[nodiscard]] std::optional<SecretBytes> unwrap(const std::vector<Stanza>& stanzas) const override {
        return unwrap_with(lock_->identities(), stanzas);
    }
    /// Known once it is open, if it holds one identity.
    [[nodiscard]] std::string recipient_text() const override {
        return lock_->identities().size() == 1 ? lock_->identities().front()->recipient_text() : std::string();
    }
    [[nodiscard]] SecretBytes derive_key(std::string_view) const override { return {}; }

  private:
    std::shared_ptr<Lock> lock_;
};

class FetchedIdentity : public Identity {
  public:
    explicit FetchedIdentity(std::function<Identities(const std::string&)> fetch) : fetch_(std::move(fetch)) {}

    [[nodiscard]] bool prepare(const Attempt& attempt, const std::vector<Stanza>& stanzas) const override {
        if (attempt.effort != Effort::Command && attempt.effort != Effort::CommandAgain) {
            return prepare_any(attempt, stanzas);
        }
        const bool first = attempt.effort == Effort::Command && asked_.empty();
        const bool again = attempt.effort == Effort::CommandAgain && asked_.count(attempt.recipient) == 0;
        if (first || again) {
            asked_.insert(attempt.recipient);
            Identities found = fetch_(attempt.recipient);
            std::move(found.begin(), found.end(), std::back_inserter(fetched_));
        }
        return true;
    }
    [[nodiscard]] std::optional<SecretBytes> unwrap(const std::vector<Stanza>& stanzas) const override {
        return unwrap_with(fetched_, stanzas);
    }
    [[nodiscard]] std::string recipient_text() const override { return {}; }
    [[nodiscard]] SecretBytes derive_key(std::string_view) const override { return {}; }

  private:
    /// What a program gives may itself be protected.
    [[nodiscard]] bool prepare_any(const Attempt& attempt, const std::vector<Stanza>& stanzas) const {
        bool any = false;
        for (const auto& identity : fetched_) {
            any = identity->prepare(attempt, stanzas) || any;
        }
        return any;
    }

    std::function<Identities(const std::string&)> fetch_;
    mutable std::set<std::string> asked_;
    mutable Identities fetched_;
};

}  // namespace

Lock::Lock(std::string_view name, AskPassphrase ask, Open open)
    : name_(name), ask_(std::move(ask)), open_(std::move(open)) {}

const Identities& Lock::open() {
    if (refusal_) {
        throw Error(*refusal_);
    }
    if (!is_open()) {
        try {
            identities_ = open_protected(name_, ask_, open_);
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::NoIdentity) {
                refusal_ = error;
            }
            throw;
        }
    }
    return identities_;
}

Identities locked_ssh_identities(const ssh::PublicKey& key, const std::shared_ptr<Lock>& lock) {
    Identities identities;
    identities.push_back(std::make_unique<LockedSshIdentity>(lock, key));
    if (key.type == ssh::KeyType::Ed25519) {
        identities.push_back(
            std::make_unique<LockedConvertedIdentity>(lock, encode_x25519_recipient(x25519_point(key)), 1));
    }
    return identities;
}

std::unique_ptr<Identity> locked_identity_file(std::shared_ptr<Lock> lock) {
    return std::make_unique<LockedIdentityFile>(std::move(lock));
}

std::unique_ptr<Identity> fetched_identity(std::function<Identities(const std::string&)> fetch) {
    return std::make_unique<FetchedIdentity>(std::move(fetch));
}

}  // namespace bestow::age
