#pragma once
/// The data key: 32 random bytes, wrapped for each recipient in an age file of its own.

#include "age/age.hpp"
#include "sops/metadata.hpp"

namespace bestow::sops {

SecretBytes new_data_key();

/// Whom a document is for, group by group. Where there are several, `threshold` of them have to come together (0: all).
struct RecipientGroups {
    std::vector<std::vector<std::string>> groups;
    std::size_t threshold = 0;
};

/// An entry a recipient; `recipients` in any form that age takes, written in their normal form (SSH comments dropped).
/// Throws Error(Usage) when there is none.
std::vector<AgeEntry> wrap_data_key(ByteView data_key, const std::vector<std::string>& recipients);

/// The same for groups: one gets the data key itself, of several each a share of it. Throws Error(Usage) when there is
/// no group or an empty one, or the threshold does not fit them.
std::vector<KeyGroup> wrap_for_groups(ByteView data_key, const RecipientGroups& recipients);

/// nullopt when no identity opens any entry. Entries that name one of the identities are tried first; one that is
/// broken counts only when none opens. Keys that are not at hand are asked for last, effort by effort over all entries;
/// Error(NoIdentity) when none opens and one could not be had, and when key groups are opened, but too few.
std::optional<SecretBytes> unwrap_data_key(const Metadata& metadata, const age::Identities& identities);

/// age::normalize_recipient; a recipient that bestow does not know (hybrid, plugin) stays as it is.
std::string normal_recipient(const std::string& recipient);

}  // namespace bestow::sops
