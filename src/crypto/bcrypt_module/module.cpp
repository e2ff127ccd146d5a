#include "crypto/bcrypt_module/module.hpp"

#include <exception>

#include <botan/pwdhash.h>

// A module of its own, so that only whoever opens a protected SSH key loads Botan; hosts never do.

extern "C" __attribute__((visibility("default"))) int bestow_bcrypt_pbkdf_v1(const BestowBcryptPbkdf* request) {
    try {
        const auto family = Botan::PasswordHashFamily::create_or_throw("Bcrypt-PBKDF");
        const auto derivation = family->from_params(request->rounds, 0, 0);
        derivation->derive_key(request->out, request->out_bytes, reinterpret_cast<const char*>(request->passphrase),
                               request->passphrase_bytes, request->salt, request->salt_bytes);
        return 0;
    } catch (const std::exception&) {
        return 1;
    }
}
