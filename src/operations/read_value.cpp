#include "operations/read_value.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "operations/file_context.hpp"

#include <utility>

namespace bestow::operations {
namespace {

constexpr std::size_t kPlaintextLimitBytes = std::size_t{64} * 1024 * 1024;

SecretBytes read_age_file(const store::StoredFile& file, const document::KeyPath& key,
                          const OperatorIdentities& identities) {
    if (!key.empty()) {
        throw Error(ErrorKind::Usage, format("{} is an age file: it has no keys", quoted(file.name)),
                    "its key is '.', the whole of it");
    }
    return expect_opened(file.name, identities, [&] {
        return in_file(file.name,
                       [&] { return age::decrypt(as_bytes(file.text), identities.identities, kPlaintextLimitBytes); });
    });
}

}  // namespace

SecretBytes read_value(const store::StoredFile& file, const document::KeyPath& key, std::optional<sops::Rendering> as,
                       const OperatorIdentities& identities) {
    if (file.kind == store::StoredFile::Kind::Age) {
        return read_age_file(file, key, identities);
    }
    const sops::EncryptedFile& document = store::require_document(file);
    const SecretBytes data_key = open_data_key(document, file.name, identities);
    return in_file(file.name, [&] {
        if (key.empty() && !as) {
            return document.decrypt_document(data_key.view());
        }
        return sops::render_values(document.decrypt_values(data_key.view()), key, as);
    });
}

SecretBytes read_value(OpenStore& store, const ValueAddress& address, std::optional<sops::Rendering> as) {
    const store::StoredFile file = store.store().read_file(address.file);
    if (file.kind != store::StoredFile::Kind::Age) {
        (void)store::require_document(file);  // before identities are looked for
    }
    return read_value(file, address.key, as, store.identities());
}

}  // namespace bestow::operations
