#pragma once
/// Metadata as text in YAML and JSON, for blocks that are newly written and for new items of their lists.

#include "sops/metadata_tree.hpp"

#include <string>
#include <string_view>

namespace bestow::sops {

struct YamlLayout {
    std::size_t step = 4;  ///< as sops's `stores.yaml.indent`
    std::string_view line_ending = "\n";
};
/// "sops:" with its members, whole lines.
std::string yaml_block(const std::vector<MetadataItem>& members, const YamlLayout& layout);
/// A mapping as an item of a list whose dashes stand in that column: "- enc: ...", without the last line break.
std::string yaml_list_item(const MetadataItem& item, std::size_t column, const YamlLayout& layout);

/// On one line for an empty line break; else `margin` is that of the object's own line and `unit` one step further.
struct JsonLayout {
    std::string_view line_break;
    std::string margin;
    std::string unit;
};
/// "{...}".
std::string json_object(const std::vector<MetadataItem>& members, const JsonLayout& layout);

}  // namespace bestow::sops
