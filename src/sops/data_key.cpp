#include "sops/data_key.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "crypto/random.hpp"
#include "sops/shamir.hpp"
#include "sops/value_cipher.hpp"

#include <algorithm>
#include <set>

namespace bestow::sops {
namespace {

/// What an entry may unwrap to before it is refused; a data key has 32 bytes.
constexpr std::size_t kMostKeyBytes = 64;

std::optional<SecretBytes> open_entry(const AgeEntry& entry, const age::Identities& identities, age::Effort effort,
                                      std::size_t size_bytes) {
    std::optional<SecretBytes> key =
        age::decrypt(as_bytes(entry.enc), identities, kMostKeyBytes, {effort, entry.recipient});
    if (key && key->size() != size_bytes) {
        throw Error(ErrorKind::Format, format("the data key has {} bytes and not {}", key->size(), size_bytes));
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

/// One group while its entries are tried; those that name one of the identities come first.
struct Trial {
    std::vector<const AgeEntry*> entries;
    bool is_named = false;  ///< at least one names an identity
};

std::vector<Trial> trials_in_order(const Metadata& metadata, const age::Identities& identities) {
    std::set<std::string> own;
    for (const auto& identity : identities) {
        own.insert(identity->recipient_text());
    }
    const auto names_own = [&own](const AgeEntry* entry) { return own.count(normal_recipient(entry->recipient)) != 0; };
    std::vector<Trial> trials;
    for (const KeyGroup& group : metadata.groups) {
        Trial& trial = trials.emplace_back();
        for (const AgeEntry& entry : group.age) {
            trial.entries.push_back(&entry);
        }
        std::stable_partition(trial.entries.begin(), trial.entries.end(), names_own);
        trial.is_named = !trial.entries.empty() && names_own(trial.entries.front());
    }
    std::stable_partition(trials.begin(), trials.end(), [](const Trial& trial) { return trial.is_named; });
    return trials;
}

/// Opens groups until there are enough, and no more: each may cost a prompt.
class Opener {
  public:
    Opener(const Metadata& metadata, const age::Identities& identities)
        : identities_(identities),
          trials_(trials_in_order(metadata, identities)),
          needed_(metadata.groups_needed()),
          size_bytes_(kDataKeyBytes + (metadata.is_shared() ? 1 : 0)) {}

    /// What the groups hold that were opened.
    std::vector<SecretBytes> open() {
        std::vector<SecretBytes> opened;
        for (const age::Effort effort : age::kEfforts) {
            for (Trial& trial : trials_) {
                if (opened.size() < needed_ && !trial.entries.empty()) {
                    if (std::optional<SecretBytes> share = open_group(trial, effort)) {
                        opened.push_back(std::move(*share));
                        trial.entries.clear();
                    }
                }
            }
        }
        if (opened.size() < needed_ && failure_) {
            throw Error(*failure_);
        }
        return opened;
    }

  private:
    std::optional<SecretBytes> open_group(const Trial& trial, age::Effort effort) {
        for (const AgeEntry* entry : trial.entries) {
            try {
                if (std::optional<SecretBytes> key = open_entry(*entry, identities_, effort, size_bytes_)) {
                    return key;
                }
            } catch (Error& error) {
                if (error.kind() != ErrorKind::NoIdentity) {
                    error.add_context(format("sops.age entry for {}", quoted(entry->recipient)));
                }
                keep_failure(error, failure_);
            }
        }
        return std::nullopt;
    }

    const age::Identities& identities_;
    std::vector<Trial> trials_;
    std::size_t needed_;
    std::size_t size_bytes_;
    std::optional<Error> failure_;
};

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
        const Bytes file = age::encrypt(data_key, {age::shared_recipient(normal)}, true);
        entries.push_back({std::move(normal), to_text(file)});
    }
    return entries;
}

std::vector<KeyGroup> wrap_for_groups(ByteView data_key, const RecipientGroups& recipients) {
    const std::size_t count = recipients.groups.size();
    std::vector<KeyGroup> groups;
    if (count < 2) {
        groups.push_back(
            {wrap_data_key(data_key, count == 0 ? std::vector<std::string>() : recipients.groups.front()), {}, {}});
        return groups;
    }
    const std::size_t threshold = recipients.threshold == 0 ? count : recipients.threshold;
    const std::vector<SecretBytes> shares = split_secret(data_key, count, threshold);
    for (std::size_t index = 0; index < count; ++index) {
        groups.push_back({wrap_data_key(shares[index].view(), recipients.groups[index]), {}, {}});
    }
    return groups;
}

std::string normal_recipient(const std::string& recipient) {
    try {
        return age::normalize_recipient(recipient);
    } catch (const Error&) {
        return std::string(trim(recipient));
    }
}

std::optional<SecretBytes> unwrap_data_key(const Metadata& metadata, const age::Identities& identities) {
    std::vector<SecretBytes> opened = Opener(metadata, identities).open();
    const std::size_t needed = metadata.groups_needed();
    if (opened.empty()) {
        return std::nullopt;
    }
    if (opened.size() < needed) {
        throw Error(ErrorKind::NoIdentity,
                    format("the data key is split between {} key groups, of which {} have to be opened; the identities "
                           "here open {}",
                           metadata.groups.size(), needed, opened.size()));
    }
    return metadata.is_shared() ? combine_shares(opened) : std::move(opened.front());
}

}  // namespace bestow::sops
