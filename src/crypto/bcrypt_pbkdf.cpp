#include "crypto/bcrypt_pbkdf.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "crypto/bcrypt_module/module.hpp"

#include <dlfcn.h>

namespace bestow::crypto {
namespace {

#ifdef BESTOW_MODULES_FOR_SANITIZER  // whose own dlopen takes $ORIGIN for its library's folder
constexpr std::array kFolders = {BESTOW_MODULES_FOR_SANITIZER};
#else
/// The loader puts the program's own folder for $ORIGIN; a name with a slash is looked for nowhere else.
constexpr std::array kFolders = {"$ORIGIN/" BESTOW_MODULES_FROM_PROGRAM "/", "$ORIGIN/lib/bestow/"};
#endif

BcryptFunction find_function() {
    std::string reason;
    for (const std::string folder : kFolders) {
        void* const module = ::dlopen((folder + kBcryptModuleFile).c_str(), RTLD_NOW | RTLD_LOCAL);
        if (module != nullptr) {
            void* const function = ::dlsym(module, kBcryptFunction);
            if (function != nullptr) {
                return reinterpret_cast<BcryptFunction>(function);
            }
        }
        const char* const message = ::dlerror();
        // Of two reasons, "there is no such file" is the one that says less.
        if (message != nullptr && (reason.empty() || reason.find("No such file") != std::string::npos)) {
            reason = message;
        }
    }
    throw Error(ErrorKind::Failed, format("protected SSH keys need bestow's module {}: {}", kBcryptModuleFile, reason),
                "install bestow whole (cmake --install), with Debian's libbotan-2-19");
}

BcryptFunction bcrypt_function() {
    static const BcryptFunction function = find_function();
    return function;
}

}  // namespace

void load_bcrypt_pbkdf() {
    (void)bcrypt_function();
}

SecretBytes bcrypt_pbkdf(ByteView passphrase, ByteView salt, unsigned rounds, std::size_t size_bytes) {
    require(rounds >= 1 && rounds <= kMostBcryptRounds, "as many rounds as were checked");
    SecretBytes key(size_bytes);
    const BestowBcryptPbkdf request = {passphrase.data(),     passphrase.size(), salt.data(), salt.size(), rounds,
                                       key.writable().data(), key.size()};
    if (bcrypt_function()(&request) != 0) {
        throw Error(ErrorKind::Failed, "botan cannot compute bcrypt-pbkdf");
    }
    return key;
}

}  // namespace bestow::crypto
