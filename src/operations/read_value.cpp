#include "operations/read_value.hpp"

#include "base/format.hpp"
#include "base/text.hpp"

#include <utility>

namespace bestow::operations {
namespace {

constexpr std::size_t kPlaintextLimitBytes = std::size_t{64} * 1024 * 1024;

SecretBytes read_age_file(OpenStore& store, const store::StoredFile& file, const ValueAddress& address) {
    if (!address.key.empty()) {
        throw Error(ErrorKind::Usage, format("{} is an age file: it has no keys", quoted(file.name)),
                    "its key is '.', the whole of it");
    }
    std::optional<SecretBytes> plaintext =
        age::decrypt(as_bytes(file.text), store.identities().identities, kPlaintextLimitBytes);
    if (!plaintext) {
        throw no_identity_error(file.name, store.identities());
    }
    return std::move(*plaintext);
}

}  // namespace

SecretBytes read_value(OpenStore& store, const ValueAddress& address, std::optional<sops::Rendering> as) {
    const store::StoredFile file = store.store().read_file(address.file);
    try {
        if (file.kind == store::StoredFile::Kind::Age) {
            return read_age_file(store, file, address);
        }
        const sops::EncryptedFile& document = store::require_document(file);
        const SecretBytes data_key = open_data_key(document, file.name, store.identities());
        if (address.key.empty() && !as) {
            return document.decrypt_document(data_key.view());
        }
        return sops::render_values(document.decrypt_values(data_key.view()), address.key, as);
    } catch (Error& error) {
        if (error.message().find(file.name) == std::string::npos) {
            error.add_context(file.name);
        }
        throw;
    }
}

}  // namespace bestow::operations
