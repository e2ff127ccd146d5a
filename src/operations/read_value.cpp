#include "operations/read_value.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "operations/file_context.hpp"

#include <utility>

namespace bestow::operations {
namespace {

constexpr std::size_t kPlaintextLimitBytes = std::size_t{64} * 1024 * 1024;

SecretBytes read_age_file(OpenStore& store, const store::StoredFile& file, const ValueAddress& address) {
    if (!address.key.empty()) {
        throw Error(ErrorKind::Usage, format("{} is an age file: it has no keys", quoted(file.name)),
                    "its key is '.', the whole of it");
    }
    const age::Identities& identities = store.identities().identities;
    return expect_opened(file.name, store.identities(), [&] {
        return in_file(file.name, [&] { return age::decrypt(as_bytes(file.text), identities, kPlaintextLimitBytes); });
    });
}

}  // namespace

SecretBytes read_value(OpenStore& store, const ValueAddress& address, std::optional<sops::Rendering> as) {
    const store::StoredFile file = store.store().read_file(address.file);
    if (file.kind == store::StoredFile::Kind::Age) {
        return read_age_file(store, file, address);
    }
    const sops::EncryptedFile& document = store::require_document(file);
    const SecretBytes data_key = open_data_key(document, file.name, store.identities());
    return in_file(file.name, [&] {
        if (address.key.empty() && !as) {
            return document.decrypt_document(data_key.view());
        }
        return sops::render_values(document.decrypt_values(data_key.view()), address.key, as);
    });
}

}  // namespace bestow::operations
