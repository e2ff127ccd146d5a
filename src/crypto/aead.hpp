#pragma once
/// ChaCha20-Poly1305 (RFC 8439) for age, AES-256-GCM (SP 800-38D) for SOPS. Key schedules are made once per object.

#include "base/secret_bytes.hpp"

#include <array>
#include <memory>
#include <optional>

namespace bestow::crypto {

inline constexpr std::size_t kAeadTagBytes = 16;

/// One key, many nonces; no additional data, as age uses it.
class ChaCha20Poly1305 {
  public:
    using Nonce = std::array<Byte, 12>;
    /// Precondition: a key of 32 bytes.
    explicit ChaCha20Poly1305(ByteView key);
    ~ChaCha20Poly1305();
    ChaCha20Poly1305(ChaCha20Poly1305&&) noexcept;

    /// Writes plaintext.size() + 16 bytes to `out`.
    void seal(const Nonce& nonce, ByteView plaintext, ByteSpan out);
    /// Writes sealed.size() - 16 bytes to `out`; false if the tag does not match (then `out` is wiped).
    [[nodiscard]] bool open(const Nonce& nonce, ByteView sealed, ByteSpan out);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// AES-256-GCM with IVs of any length (SOPS writes 32 bytes and reads what it finds).
class Aes256Gcm {
  public:
    struct Sealed {
        Bytes ciphertext;
        std::array<Byte, 16> tag;
    };
    /// Precondition: a key of 32 bytes.
    explicit Aes256Gcm(ByteView key);
    ~Aes256Gcm();
    Aes256Gcm(Aes256Gcm&&) noexcept;

    Sealed seal(ByteView iv, std::string_view additional, ByteView plaintext);
    /// nullopt when the tag (16 bytes) does not match.
    [[nodiscard]] std::optional<SecretBytes> open(ByteView iv, std::string_view additional, ByteView ciphertext,
                                                  ByteView tag);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace bestow::crypto
