#include "age/age.hpp"
#include "age/wrap.hpp"
#include "base/format.hpp"
#include "codec/base64.hpp"
#include "crypto/random.hpp"
#include "crypto/scrypt.hpp"

#include <algorithm>
#include <array>
#include <utility>

// scrypt stanzas (C2SP age.md, "scrypt recipient").

namespace bestow::age {
namespace {

constexpr std::string_view kType = "scrypt";
constexpr std::string_view kSaltPrefix = "age-encryption.org/v1/scrypt";
constexpr std::size_t kSaltBytes = 16;

SecretBytes derive_wrap_key(ByteView passphrase, ByteView salt, unsigned log_work_factor) {
    Bytes full_salt = to_bytes(as_bytes(kSaltPrefix));
    full_salt.insert(full_salt.end(), salt.begin(), salt.end());
    return crypto::scrypt(passphrase, full_salt, log_work_factor, 32);
}

/// ^[1-9][0-9]*$, and small enough for an int before anything is computed.
unsigned parse_work_factor(const Stanza& stanza) {
    const std::string& digits = stanza.arguments.at(1);
    const bool well_formed = !digits.empty() && digits.front() != '0' &&
                             std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!well_formed) {
        throw malformed_stanza(stanza, "its work factor is no number");
    }
    if (digits.size() > 2) {
        throw malformed_stanza(stanza, "its work factor is absurd");
    }
    return static_cast<unsigned>(std::stoul(digits));
}

class ScryptRecipient : public Recipient {
  public:
    ScryptRecipient(SecretBytes passphrase, unsigned log_work_factor)
        : passphrase_(std::move(passphrase)), log_work_factor_(log_work_factor) {}

    [[nodiscard]] Stanza wrap(ByteView file_key) const override {
        std::array<Byte, kSaltBytes> salt{};
        crypto::fill_random(salt);
        const SecretBytes wrap_key = derive_wrap_key(passphrase_.view(), salt, log_work_factor_);
        return {std::string(kType),
                {codec::encode_base64(salt, codec::Padding::Forbidden), std::to_string(log_work_factor_)},
                seal_file_key(wrap_key.view(), file_key)};
    }
    [[nodiscard]] std::string text() const override { return "passphrase"; }
    [[nodiscard]] bool must_be_alone() const override { return true; }

  private:
    SecretBytes passphrase_;
    unsigned log_work_factor_;
};

class ScryptIdentity : public Identity {
  public:
    ScryptIdentity(std::function<SecretBytes()> ask, unsigned work_factor_cap)
        : ask_(std::move(ask)), work_factor_cap_(work_factor_cap) {}

    [[nodiscard]] std::optional<SecretBytes> unwrap(const std::vector<Stanza>& stanzas) const override {
        const auto stanza =
            std::find_if(stanzas.begin(), stanzas.end(), [](const Stanza& each) { return each.type == kType; });
        if (stanza == stanzas.end()) {
            return std::nullopt;
        }
        if (stanzas.size() != 1) {
            throw malformed_stanza(*stanza, "a passphrase is not the only recipient");
        }
        return unwrap_one(*stanza);
    }
    [[nodiscard]] std::string recipient_text() const override { return {}; }
    [[nodiscard]] SecretBytes derive_key(std::string_view) const override { return {}; }

  private:
    /// Everything about the stanza is checked before anybody is asked and before memory is spent.
    [[nodiscard]] std::optional<SecretBytes> unwrap_one(const Stanza& stanza) const {
        expect_arguments(stanza, 2);
        const Bytes salt = decode_argument(stanza, 0, kSaltBytes);
        const unsigned work_factor = parse_work_factor(stanza);
        if (work_factor > work_factor_cap_) {
            throw malformed_stanza(
                stanza, format("its work factor of {} is above the limit of {}", work_factor, work_factor_cap_));
        }
        if (stanza.body.size() != kWrappedFileKeyBytes) {
            throw malformed_stanza(stanza, "its body is not 32 bytes");
        }
        const SecretBytes passphrase = ask_();
        return open_file_key(derive_wrap_key(passphrase.view(), salt, work_factor).view(), stanza);
    }

    std::function<SecretBytes()> ask_;
    unsigned work_factor_cap_;
};

}  // namespace

std::unique_ptr<Recipient> scrypt_recipient(SecretBytes passphrase, unsigned log_work_factor) {
    require(log_work_factor >= 1 && log_work_factor <= kAttendedWorkFactor, "a work factor that age takes");
    return std::make_unique<ScryptRecipient>(std::move(passphrase), log_work_factor);
}

std::unique_ptr<Identity> scrypt_identity(std::function<SecretBytes()> ask, unsigned work_factor_cap) {
    return std::make_unique<ScryptIdentity>(std::move(ask), work_factor_cap);
}

}  // namespace bestow::age
