#include "crypto/password_hash.hpp"

#include "base/error.hpp"
#include "base/format.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

#include <crypt.h>

namespace bestow::crypto {
namespace {

/// How libxcrypt is asked for a setting string: cost 0 is the method's default (5000 rounds; yescrypt's j9T).
struct Method {
    const char* name;
    const char* prefix;
    unsigned long cost;
    std::size_t salt_bytes;
    std::size_t longest_password;
};

const Method& method_of(PasswordHash method) {
    static constexpr Method sha512crypt = {"sha512crypt", "$6$", 0, 16, CRYPT_MAX_PASSPHRASE_SIZE - 1};
    static constexpr Method yescrypt = {"yescrypt", "$y$", 0, 16, CRYPT_MAX_PASSPHRASE_SIZE - 1};
    // bcrypt ignores what follows byte 72; libxcrypt's default cost of 5 is too low to hand out today.
    static constexpr Method bcrypt = {"bcrypt", "$2b$", 10, 16, 72};
    switch (method) {
        case PasswordHash::Sha512Crypt:
            return sha512crypt;
        case PasswordHash::Yescrypt:
            return yescrypt;
        case PasswordHash::Bcrypt:
            return bcrypt;
    }
    throw Error(ErrorKind::Internal, "internal error: no such password hash");
}

void check_password(const Method& method, ByteView password) {
    if (std::find(password.begin(), password.end(), Byte{0}) != password.end()) {
        throw Error(ErrorKind::Format, format("a password for {} holds a NUL byte", method.name));
    }
    if (password.size() > method.longest_password) {
        throw Error(ErrorKind::Format, format("a password of {} bytes is too long for {}, which takes {}",
                                              password.size(), method.name, method.longest_password));
    }
}

}  // namespace

SecretBytes hash_password(PasswordHash method, ByteView password, ByteView salt_bytes) {
    const Method& chosen = method_of(method);
    require(salt_bytes.size() >= 32, "a salt of 32 bytes or more");
    check_password(chosen, password);

    std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
    if (crypt_gensalt_rn(chosen.prefix, chosen.cost, reinterpret_cast<const char*>(salt_bytes.data()),
                         static_cast<int>(chosen.salt_bytes), setting.data(), setting.size()) == nullptr) {
        throw Error(ErrorKind::Failed, format("this libcrypt has no {}", chosen.name));
    }
    SecretBytes phrase(password.size() + 1);
    std::copy(password.begin(), password.end(), phrase.writable().begin());
    SecretBytes work(sizeof(crypt_data));
    const char* const hash = crypt_rn(reinterpret_cast<const char*>(phrase.view().data()), setting.data(),
                                      work.writable().data(), static_cast<int>(work.size()));
    if (hash == nullptr) {
        throw Error(ErrorKind::Failed, format("libcrypt cannot compute {}", chosen.name));
    }
    return SecretBytes::copy_of(std::string_view(hash));
}

}  // namespace bestow::crypto
