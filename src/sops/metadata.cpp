#include "sops/metadata.hpp"

#include <algorithm>

namespace bestow::sops {

std::vector<AgeEntry> Metadata::age_entries() const {
    std::vector<AgeEntry> entries;
    for (const KeyGroup& group : groups) {
        entries.insert(entries.end(), group.age.begin(), group.age.end());
    }
    return entries;
}

std::vector<std::string> Metadata::foreign_kinds() const {
    std::vector<std::string> kinds;
    for (const KeyGroup& group : groups) {
        for (const std::string& kind : group.foreign_kinds) {
            if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) {
                kinds.push_back(kind);
            }
        }
    }
    return kinds;
}

std::vector<std::string> Metadata::foreign_keys() const {
    std::vector<std::string> keys;
    for (const KeyGroup& group : groups) {
        keys.insert(keys.end(), group.foreign_keys.begin(), group.foreign_keys.end());
    }
    return keys;
}

std::size_t Metadata::groups_needed() const {
    return shamir_threshold == 0 || !is_shared() ? groups.size() : shamir_threshold;
}

}  // namespace bestow::sops
