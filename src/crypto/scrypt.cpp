#include "crypto/scrypt.hpp"

#include "base/error.hpp"
#include "base/format.hpp"

#include <sodium.h>

namespace bestow::crypto {

SecretBytes scrypt(ByteView password, ByteView salt, unsigned log_n, std::size_t size_bytes) {
    require(log_n >= 1 && log_n <= 30, "a work factor that scrypt can take");
    SecretBytes key(size_bytes);
    // OpenSSL's has a memory limit that fails quietly from log_n 15 on; libsodium's is also the faster one.
    if (crypto_pwhash_scryptsalsa208sha256_ll(non_null_data(password), password.size(), non_null_data(salt),
                                              salt.size(), std::uint64_t{1} << log_n, 8, 1, key.writable().data(),
                                              key.size()) != 0) {
        throw Error(ErrorKind::Failed, format("cannot get the {} MiB that scrypt needs for work factor {}",
                                              (std::uint64_t{1} << log_n) / 1024, log_n));
    }
    return key;
}

}  // namespace bestow::crypto
