#include "crypto/aes.hpp"

#include "base/format.hpp"
#include "crypto/openssl.hpp"

namespace bestow::crypto {
namespace {

using Cipher = std::unique_ptr<EVP_CIPHER, OpensslFree<EVP_CIPHER_free>>;

const char* name_of(AesMode mode) {
    switch (mode) {
        case AesMode::Ctr:
            return "CTR";
        case AesMode::Cbc:
            return "CBC";
        case AesMode::Gcm:
            return "GCM";
    }
    return "";
}

}  // namespace

std::optional<SecretBytes> decrypt_aes(const AesParameters& parameters, ByteView ciphertext) {
    const bool authenticated = parameters.mode == AesMode::Gcm;
    require(parameters.iv.size() == (authenticated ? 12U : 16U), "an IV of its mode's size");
    require(parameters.tag.size() == (authenticated ? 16U : 0U), "a tag in GCM and nowhere else");
    const std::string name = format("AES-{}-{}", parameters.key.size() * 8, name_of(parameters.mode));
    const Cipher cipher(EVP_CIPHER_fetch(nullptr, name.c_str(), nullptr));
    const CipherContext context(EVP_CIPHER_CTX_new());
    check_openssl(cipher != nullptr && context != nullptr &&
                      EVP_DecryptInit_ex2(context.get(), cipher.get(), parameters.key.data(), parameters.iv.data(),
                                          nullptr) == 1 &&
                      EVP_CIPHER_CTX_set_padding(context.get(), 0) == 1,
                  "set up AES");
    if (authenticated) {
        Bytes tag = to_bytes(parameters.tag);
        check_openssl(
            EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, openssl_size(tag.size()), tag.data()) == 1,
            "take a tag");
    }
    SecretBytes plaintext(ciphertext.size());
    int length = 0;
    int rest = 0;
    if (EVP_DecryptUpdate(context.get(), plaintext.writable().data(), &length, ciphertext.data(),
                          openssl_size(ciphertext.size())) != 1 ||
        EVP_DecryptFinal_ex(context.get(), plaintext.writable().data() + length, &rest) != 1) {
        return std::nullopt;
    }
    plaintext.truncate(static_cast<std::size_t>(length) + static_cast<std::size_t>(rest));
    return plaintext;
}

}  // namespace bestow::crypto
