#include "sops/data_key.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "crypto/random.hpp"
#include "sops/value_cipher.hpp"

#include <algorithm>
#include <set>

namespace bestow::sops {
namespace {

/// What an entry may unwrap to before it is refused; a data key has 32 bytes.
constexpr std::size_t kMostKeyBytes = 64;

std::optional<SecretBytes> open_entry(const AgeEntry& entry, const age::Identities& identities, age::Effort effort) {
    std::optional<SecretBytes> key =
        age::decrypt(as_bytes(entry.enc), identities, kMostKeyBytes, {effort, entry.recipient});
    if (key && key->size() != kDataKeyBytes) {
        throw Error(ErrorKind::Format, format("the data key has {} bytes and not 32", key->size()));
    }
    return key;
}

/// Of what went wrong on the way: a key that could not be had says more than an entry that is broken.
void keep_failure(const Error& failure, std::optional<Error>& kept) {
    const bool says_more = kept && kept->kind() != ErrorKind::NoIdentity && failure.kind() == ErrorKind::NoIdentity;
    if (!kept || says_more) {
        kept = failure;
    }
}

/// Those that name one of the identities come first.
std::vector<const AgeEntry*> entries_in_order(const Metadata& metadata, const age::Identities& identities) {
    std::set<std::string> own;
    for (const auto& identity : identities) {
        own.insert(identity->recipient_text());
    }
    std::vector<const AgeEntry*> entries;
    for (const AgeEntry& entry : metadata.age) {
        entries.push_back(&entry);
    }
    std::stable_partition(entries.begin(), entries.end(),
                          [&own](const AgeEntry* entry) { return own.count(normal_recipient(entry->recipient)) != 0; });
    return entries;
}

}  // namespace

SecretBytes new_data_key() {
    return crypto::random_secret(kDataKeyBytes);
}

std::vector<AgeEntry> wrap_data_key(ByteView data_key, const std::vector<std::string>& recipients) {
    if (recipients.empty()) {
        throw Error(ErrorKind::Usage, "there is nobody to encrypt to", "name a recipient");
    }
    std::vector<AgeEntry> entries;
    std::set<std::string> seen;
    for (const std::string& recipient : recipients) {
        std::string normal = age::normalize_recipient(recipient);
        if (!seen.insert(normal).second) {
            continue;
        }
        age::Recipients one;
        one.push_back(age::parse_recipient(normal));
        const Bytes file = age::encrypt(data_key, one, true);
        entries.push_back({std::move(normal), to_text(file)});
    }
    return entries;
}

std::string normal_recipient(const std::string& recipient) {
    try {
        return age::normalize_recipient(recipient);
    } catch (const Error&) {
        return std::string(trim(recipient));
    }
}

std::optional<SecretBytes> unwrap_data_key(const Metadata& metadata, const age::Identities& identities) {
    if (metadata.has_key_groups && metadata.age.empty() && metadata.foreign_kinds.empty()) {
        throw Error(ErrorKind::Format, "the data key is split between key groups, which is not supported yet");
    }
    const std::vector<const AgeEntry*> entries = entries_in_order(metadata, identities);
    std::optional<Error> failure;
    for (const age::Effort effort : age::kEfforts) {
        for (const AgeEntry* entry : entries) {
            try {
                if (std::optional<SecretBytes> key = open_entry(*entry, identities, effort)) {
                    return key;
                }
            } catch (Error& error) {
                if (error.kind() != ErrorKind::NoIdentity) {
                    error.add_context(format("sops.age entry for {}", quoted(entry->recipient)));
                }
                keep_failure(error, failure);
            }
        }
    }
    if (failure) {
        throw Error(*failure);
    }
    return std::nullopt;
}

}  // namespace bestow::sops
