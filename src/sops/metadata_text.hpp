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
/// "\"sops\": {...}" over several lines, for a JSON object whose members are indented by `margin`.
std::string json_metadata(const Metadata& metadata, std::string_view margin);

/// Replaces sops.mac and sops.lastmodified in every root that has metadata as a mapping in its text.
void edit_mac_members(document::Splices& splices, const document::Document& document, std::string_view mac,
                      std::string_view last_modified);

/// An entry that stays (its place among the old ones), or a new one.
struct AgeEntryEdit {
    std::optional<std::size_t> kept;
    AgeEntry added;
};
/// Replaces the list sops.age in every such root; kept entries keep their bytes.
void edit_age_members(document::Splices& splices, const document::Document& document,
                      const std::vector<AgeEntryEdit>& entries);

/// That part of the document, in which its first root's metadata are, with MAC and time of `metadata`.
std::string edited_metadata(const document::Document& document, document::Span part, const Metadata& metadata);

/// The value of the root's `sops` member, or nullptr.
const document::Node* find_metadata(const document::Node& root);

}  // namespace bestow::sops
