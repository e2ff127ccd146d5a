#include "crypto/aead.hpp"

#include "crypto/openssl.hpp"

#include <array>
#include <utility>

namespace bestow::crypto {
namespace {

enum class Direction { Open = 0, Seal = 1 };

CipherContext make_context(const EVP_CIPHER* cipher, ByteView key, Direction direction) {
    require(key.size() == 32, "a key of 32 bytes");
    CipherContext context(EVP_CIPHER_CTX_new());
    check_openssl(context != nullptr && EVP_CipherInit_ex(context.get(), cipher, nullptr, key.data(), nullptr,
                                                          static_cast<int>(direction)) == 1,
                  "set up a cipher");
    return context;
}

/// Every call needs a non-null pointer for a zero-length output.
Byte* data_or_dummy(ByteSpan bytes, Byte& dummy) {
    return bytes.empty() ? &dummy : bytes.data();
}

void update(EVP_CIPHER_CTX* context, ByteView in, ByteSpan out) {
    Byte dummy = 0;
    int length = 0;
    check_openssl(in.empty() || EVP_CipherUpdate(context, data_or_dummy(out, dummy), &length, in.data(),
                                                 openssl_size(in.size())) == 1,
                  "run a cipher");
}

bool finish(EVP_CIPHER_CTX* context) {
    Byte dummy[EVP_MAX_BLOCK_LENGTH];
    int length = 0;
    return EVP_CipherFinal_ex(context, dummy, &length) == 1;
}

void set_tag(EVP_CIPHER_CTX* context, ByteView tag) {
    // OpenSSL takes the tag through a non-const pointer and does not write to it.
    check_openssl(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, openssl_size(tag.size()),
                                      const_cast<Byte*>(tag.data())) == 1,
                  "take a tag");
}

void get_tag(EVP_CIPHER_CTX* context, ByteSpan tag) {
    check_openssl(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, openssl_size(tag.size()), tag.data()) == 1,
                  "give a tag");
}

void set_nonce(EVP_CIPHER_CTX* context, ByteView nonce) {
    check_openssl(EVP_CipherInit_ex(context, nullptr, nullptr, nullptr, nonce.data(), -1) == 1, "take a nonce");
}

/// A context of its own for each direction, made when first needed, so that only the nonce changes between calls.
class TwoWays {
  public:
    TwoWays(const EVP_CIPHER* cipher, ByteView key) : cipher_(cipher), key_(SecretBytes::copy_of(key)) {
        require(key.size() == 32, "a key of 32 bytes");
    }

    EVP_CIPHER_CTX* context(Direction direction) {
        CipherContext& context = direction == Direction::Seal ? seal_ : open_;
        if (context == nullptr) {
            context = make_context(cipher_, key_.view(), direction);
        }
        return context.get();
    }

  private:
    const EVP_CIPHER* cipher_;
    SecretBytes key_;
    CipherContext seal_;
    CipherContext open_;
};

}  // namespace

struct ChaCha20Poly1305::State : TwoWays {
    using TwoWays::TwoWays;
};

ChaCha20Poly1305::ChaCha20Poly1305(ByteView key) : state_(std::make_unique<State>(EVP_chacha20_poly1305(), key)) {}
ChaCha20Poly1305::~ChaCha20Poly1305() = default;
ChaCha20Poly1305::ChaCha20Poly1305(ChaCha20Poly1305&&) noexcept = default;

void ChaCha20Poly1305::seal(const Nonce& nonce, ByteView plaintext, ByteSpan out) {
    require(out.size() == plaintext.size() + kAeadTagBytes, "room for ciphertext and tag");
    EVP_CIPHER_CTX* const context = state_->context(Direction::Seal);
    set_nonce(context, nonce);
    update(context, plaintext, out.first(plaintext.size()));
    check_openssl(finish(context), "finish a cipher");
    get_tag(context, out.subspan(plaintext.size()));
}

bool ChaCha20Poly1305::open(const Nonce& nonce, ByteView sealed, ByteSpan out) {
    if (sealed.size() < kAeadTagBytes) {
        return false;
    }
    const std::size_t size_bytes = sealed.size() - kAeadTagBytes;
    require(out.size() == size_bytes, "room for the plaintext");
    EVP_CIPHER_CTX* const context = state_->context(Direction::Open);
    set_nonce(context, nonce);
    set_tag(context, sealed.subspan(size_bytes));
    update(context, sealed.first(size_bytes), out);
    if (!finish(context)) {
        wipe(out);
        return false;
    }
    return true;
}

struct Aes256Gcm::State : TwoWays {
    using TwoWays::TwoWays;

    EVP_CIPHER_CTX* start(Direction direction, ByteView iv, std::string_view additional) {
        EVP_CIPHER_CTX* const ready = context(direction);
        std::size_t& iv_bytes = iv_bytes_.at(static_cast<std::size_t>(direction));
        if (iv_bytes != iv.size()) {
            check_openssl(EVP_CIPHER_CTX_ctrl(ready, EVP_CTRL_AEAD_SET_IVLEN, openssl_size(iv.size()), nullptr) == 1,
                          "take an IV");
            iv_bytes = iv.size();
        }
        set_nonce(ready, iv);
        int length = 0;
        check_openssl(additional.empty() || EVP_CipherUpdate(ready, nullptr, &length, as_bytes(additional).data(),
                                                             openssl_size(additional.size())) == 1,
                      "take additional data");
        return ready;
    }

  private:
    std::array<std::size_t, 2> iv_bytes_{};  ///< that each direction is set up for
};

Aes256Gcm::Aes256Gcm(ByteView key) : state_(std::make_unique<State>(EVP_aes_256_gcm(), key)) {}
Aes256Gcm::~Aes256Gcm() = default;
Aes256Gcm::Aes256Gcm(Aes256Gcm&&) noexcept = default;

Aes256Gcm::Sealed Aes256Gcm::seal(ByteView iv, std::string_view additional, ByteView plaintext) {
    EVP_CIPHER_CTX* const context = state_->start(Direction::Seal, iv, additional);
    Sealed sealed{Bytes(plaintext.size()), {}};
    update(context, plaintext, sealed.ciphertext);
    check_openssl(finish(context), "finish a cipher");
    get_tag(context, sealed.tag);
    return sealed;
}

std::optional<SecretBytes> Aes256Gcm::open(ByteView iv, std::string_view additional, ByteView ciphertext,
                                           ByteView tag) {
    constexpr std::size_t longest_iv = 128;  // OpenSSL 3.0 takes no longer one; no peer writes one
    if (tag.size() != kAeadTagBytes || iv.empty() || iv.size() > longest_iv) {
        return std::nullopt;
    }
    EVP_CIPHER_CTX* const context = state_->start(Direction::Open, iv, additional);
    SecretBytes plaintext(ciphertext.size());
    set_tag(context, tag);
    update(context, ciphertext, plaintext.writable());
    if (!finish(context)) {
        return std::nullopt;
    }
    return plaintext;
}

}  // namespace bestow::crypto
