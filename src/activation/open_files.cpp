#include "activation/open_files.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "store/stored_file.hpp"

namespace bestow::activation {
namespace {

constexpr std::size_t kMaxPlaintextBytes = std::size_t{64} * 1024 * 1024;
constexpr const char* kNoIdentity = "no private key here opens it";

delivery::OpenedFile open_document(sops::EncryptedFile document, const age::Identities& identities) {
    std::optional<SecretBytes> data_key = document.data_key(identities);
    if (!data_key) {
        throw Error(ErrorKind::NoIdentity, kNoIdentity);
    }
    std::vector<sops::Value> values = document.decrypt_values(data_key->view());
    return delivery::OpenedDocument{std::move(document), std::move(*data_key), std::move(values)};
}

delivery::OpenedFile open_age_file(const std::string& text, const age::Identities& identities) {
    std::optional<SecretBytes> content = age::decrypt(as_bytes(text), identities, kMaxPlaintextBytes);
    if (!content) {
        throw Error(ErrorKind::NoIdentity, kNoIdentity);
    }
    return std::move(*content);
}

delivery::OpenedFile open_stored(store::StoredFile stored, const age::Identities& identities) {
    switch (stored.kind) {
        case store::StoredFile::Kind::Sops:
            return open_document(std::move(*stored.document), identities);
        case store::StoredFile::Kind::Age:
            return open_age_file(stored.text, identities);
        case store::StoredFile::Kind::Plaintext:
            throw Error(ErrorKind::Policy, "it is not encrypted");
        case store::StoredFile::Kind::Missing:
            break;
    }
    throw Error(ErrorKind::NotFound, "the store has no such file");
}

delivery::OpenedFile open_file(HostStore& store, const std::string& name, const age::Identities& identities,
                               std::map<std::string, std::string>& texts) {
    try {
        std::optional<std::string> bytes = store.try_read(name);
        if (!bytes) {
            throw Error(ErrorKind::NotFound, "the store has no such file");
        }
        delivery::OpenedFile opened = open_stored(store::classify_file(name, *bytes), identities);
        texts.emplace(name, std::move(*bytes));
        return opened;
    } catch (Error& error) {
        delivery::Fault fault = delivery::fault_of(error);
        if (fault.message.find(name) == std::string::npos) {
            fault.message = format("{}: {}", name, fault.message);
        }
        return fault;
    } catch (const std::exception& error) {
        return delivery::fault_of_unexpected(error, name);
    }
}

}  // namespace

OpenedStore open_files(HostStore& store, const std::set<std::string>& names, const age::Identities& identities) {
    OpenedStore opened;
    for (const std::string& name : names) {
        opened.files.emplace(name, open_file(store, name, identities, opened.texts));
    }
    return opened;
}

}  // namespace bestow::activation
