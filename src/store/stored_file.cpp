#include "store/stored_file.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "sops/data_key.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace bestow::store {

StoredFile classify_file(std::string name, std::string bytes) {
    StoredFile file;
    file.name = std::move(name);
    if (age::looks_like_age_file(as_bytes(bytes))) {
        file.kind = StoredFile::Kind::Age;
        file.text = std::move(bytes);
        return file;
    }
    const sops::Format format_by_name = sops::format_of(file.name);
    // With envelopes in it, it was a SOPS document once (a merge conflict, say), and the parser knows what is wrong.
    const bool has_envelopes = bytes.find("ENC[AES256_GCM,") != std::string::npos;
    if (!has_envelopes && !sops::is_encrypted(bytes, format_by_name)) {
        file.kind = StoredFile::Kind::Plaintext;
        wipe(bytes);
        return file;
    }
    try {
        file.document = sops::EncryptedFile::parse(std::move(bytes), format_by_name);
    } catch (Error& error) {
        error.add_context(file.name);
        throw;
    }
    file.kind = StoredFile::Kind::Sops;
    return file;
}

const sops::EncryptedFile& require_document(const StoredFile& file) {
    switch (file.kind) {
        case StoredFile::Kind::Sops:
            return *file.document;
        case StoredFile::Kind::Missing:
            throw Error(ErrorKind::NotFound, format("there is no file {}", quoted(file.name)));
        case StoredFile::Kind::Age:
            throw Error(ErrorKind::Policy,
                        format("{} is an age file, which has no values to address", quoted(file.name)),
                        "`bestow age decrypt` reads it; `bestow encrypt` makes a SOPS document");
        case StoredFile::Kind::Plaintext:
            break;
    }
    throw Error(ErrorKind::Policy, format("{} is not encrypted", quoted(file.name)),
                format("bestow encrypt --in-place {}; if it was ever committed, its values are known and need new ones",
                       file.name));
}

Drift find_drift(const std::vector<policy::Reader>& entitled, const sops::EncryptedFile& document) {
    const std::vector<std::string> listed = document.recipients();
    const std::set<std::string> present(listed.begin(), listed.end());
    std::set<std::string> wanted;
    Drift drift;
    for (const policy::Reader& reader : entitled) {
        const std::string recipient = sops::normal_recipient(reader.recipient);
        if (wanted.insert(recipient).second && !present.contains(recipient)) {
            drift.missing.push_back(reader);
        }
    }
    std::copy_if(present.begin(), present.end(), std::back_inserter(drift.surplus),
                 [&](const std::string& recipient) { return !wanted.contains(recipient); });
    return drift;
}

std::string describe_recipient(const policy::Policy& policy, const std::string& recipient) {
    std::string described;
    const auto is_declared_by = [&](const auto& owner, std::string_view kind) {
        const auto key = std::find_if(owner.keys.begin(), owner.keys.end(), [&](const policy::Key& one) {
            return one.recipient == recipient || age::recipient_as_x25519(one.recipient) == recipient;
        });
        if (key == owner.keys.end()) {
            return false;
        }
        described = format("{} {}", kind, quoted(owner.name));
        described += key->until ? format(" (its old key, until {})", *key->until) : "";
        return true;
    };
    const auto is_persons = [&](const policy::Operator& one) { return is_declared_by(one, "operator"); };
    const auto is_hosts = [&](const policy::Host& one) { return is_declared_by(one, "host"); };
    if (std::any_of(policy.operators.begin(), policy.operators.end(), is_persons) ||
        std::any_of(policy.hosts.begin(), policy.hosts.end(), is_hosts)) {
        return described;
    }
    const bool is_foreign =
        std::any_of(recipient.begin(), recipient.end(), [](char byte) { return byte < ' ' || byte > '~'; });
    if (is_foreign) {
        return format("{} (undeclared)", quoted(recipient));
    }
    constexpr std::size_t kShown = 40;
    return recipient.size() > kShown ? format("{}... (undeclared)", recipient.substr(0, kShown))
                                     : format("{} (undeclared)", recipient);
}

}  // namespace bestow::store
