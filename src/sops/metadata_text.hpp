#pragma once
/// The `sops` block as text, new and edited. Editing touches the MAC, the time and the list of age entries alone.

#include "document/edit.hpp"
#include "document/node.hpp"
#include "sops/metadata.hpp"

#include <optional>

namespace bestow::sops {

inline constexpr std::string_view kWrittenVersion = "3.13.3";

/// "sops:\n    age: ..." as sops writes it, for a block document.
std::string yaml_metadata(const Metadata& metadata, std::string_view line_ending);
/// "\"sops\": {...}" on one line, for a document in flow style.
std::string flow_metadata(const Metadata& metadata);
/// "\t\"sops\": {...}" with tabs, for a JSON document.
std::string json_metadata(const Metadata& metadata);

/// Replaces sops.mac and sops.lastmodified in every document that has a block.
void edit_mac(document::Splices& splices, const document::Document& document, std::string_view mac,
              std::string_view last_modified);

/// An entry that stays (its place among the old ones), or a new one.
struct AgeEntryEdit {
    std::optional<std::size_t> kept;
    AgeEntry added;
};
/// Replaces the list sops.age in every document that has a block; kept entries keep their bytes.
void edit_age_entries(document::Splices& splices, const document::Document& document,
                      const std::vector<AgeEntryEdit>& entries);

/// The value of the root's `sops` member, or nullptr.
const document::Node* find_metadata(const document::Node& root);

}  // namespace bestow::sops
