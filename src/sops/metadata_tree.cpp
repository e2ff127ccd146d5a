#include "sops/metadata_tree.hpp"

#include "base/text.hpp"
#include "sops/selector.hpp"

#include <algorithm>
#include <utility>

namespace bestow::sops {
namespace {

using Kind = MetadataItem::Kind;

MetadataItem text_item(std::string name, std::string text) {
    return {std::move(name), Kind::Text, std::move(text), {}};
}

MetadataItem list_item(std::string name, std::vector<MetadataItem> children) {
    return {std::move(name), Kind::List, {}, std::move(children)};
}

MetadataItem age_list(const KeyGroup& group) {
    std::vector<MetadataItem> entries;
    for (const AgeEntry& entry : group.age) {
        entries.push_back(age_entry_tree(entry));
    }
    return list_item("age", std::move(entries));
}

MetadataItem keys(const Metadata& metadata) {
    if (!metadata.is_shared()) {
        return age_list(metadata.groups.empty() ? KeyGroup{} : metadata.groups.front());
    }
    std::vector<MetadataItem> groups;
    for (const KeyGroup& group : metadata.groups) {
        // sops always writes an empty hc_vault here, and nothing for the other kinds.
        groups.push_back({{}, Kind::Mapping, {}, {age_list(group), list_item("hc_vault", {})}});
    }
    return list_item("key_groups", std::move(groups));
}

}  // namespace

MetadataItem age_entry_tree(const AgeEntry& entry) {
    std::string enc = std::string(trim(entry.enc)) + "\n";
    return {{}, Kind::Mapping, {}, {text_item("enc", std::move(enc)), text_item("recipient", entry.recipient)}};
}

std::vector<MetadataItem> metadata_tree(const Metadata& metadata) {
    std::vector<MetadataItem> items;
    items.push_back(keys(metadata));
    items.push_back(text_item("lastmodified", metadata.last_modified));
    items.push_back(text_item("mac", metadata.mac));
    if (metadata.mac_only_encrypted) {
        items.push_back({"mac_only_encrypted", Kind::Word, "true", {}});
    }
    if (metadata.shamir_threshold != 0) {
        items.push_back({"shamir_threshold", Kind::Word, std::to_string(metadata.shamir_threshold), {}});
    }
    if (!metadata.selector.pattern.empty()) {
        items.push_back(text_item(std::string(selector_name(metadata.selector.kind)), metadata.selector.pattern));
    }
    items.push_back(text_item("version", metadata.version));
    std::sort(items.begin(), items.end(), [](const MetadataItem& a, const MetadataItem& b) { return a.name < b.name; });
    return items;
}

}  // namespace bestow::sops
