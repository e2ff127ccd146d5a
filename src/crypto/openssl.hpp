#pragma once
/// Owned OpenSSL objects, for this folder's .cpp files only, and the check of what OpenSSL returns.

#include "base/error.hpp"

#include <memory>

#include <openssl/evp.h>
#include <openssl/rsa.h>

namespace bestow::crypto {

template <auto Free>
struct OpensslFree {
    template <typename T>
    void operator()(T* object) const noexcept {
        Free(object);
    }
};

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, OpensslFree<EVP_CIPHER_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, OpensslFree<EVP_MD_CTX_free>>;
using PublicKeyPtr = std::unique_ptr<EVP_PKEY, OpensslFree<EVP_PKEY_free>>;
using PublicKeyContext = std::unique_ptr<EVP_PKEY_CTX, OpensslFree<EVP_PKEY_CTX_free>>;

/// For calls that only fail when memory is exhausted or OpenSSL is broken.
inline void check_openssl(bool succeeded, const char* what) {
    if (!succeeded) {
        throw Error(ErrorKind::Failed, std::string("openssl cannot ") + what);
    }
}

/// Sizes cross into OpenSSL as int; nothing here is that large.
inline int openssl_size(std::size_t size_bytes) {
    require(size_bytes <= 0x7fffffffU, "a size that openssl can take");
    return static_cast<int>(size_bytes);
}

}  // namespace bestow::crypto
