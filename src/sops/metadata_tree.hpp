#pragma once
/// Metadata as the tree that sops writes, in its order, for the printers of each format.

#include "sops/metadata.hpp"

namespace bestow::sops {

struct MetadataItem {
    enum class Kind { Text, Word /**< true, 2: bare in YAML and JSON */, List, Mapping };
    std::string name;  ///< empty in a list
    Kind kind = Kind::Text;
    std::string text;
    std::vector<MetadataItem> children;
};

/// The members of the `sops` mapping.
std::vector<MetadataItem> metadata_tree(const Metadata& metadata);
MetadataItem age_entry_tree(const AgeEntry& entry);

}  // namespace bestow::sops
