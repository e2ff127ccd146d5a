#pragma once
/// Members of a mapping in YAML's flow style or of a JSON object, added and removed with the comma that they bring, in
/// the layout that is there.

#include "document/edit.hpp"

#include <optional>
#include <string>

namespace bestow::document {

/// Behind the last member, on a line of its own where that one is. `member` is "key: value" as source text, lines after
/// its first one indented by the caller.
void add_flow_member(Splices& splices, const Document& document, const Node& mapping, const std::string& member);

/// The bytes of a member with its comma. Precondition: `child` is one of the collection's values.
Span flow_member_span(const Node& collection, const Child& child);

/// What stands before a collection's last member when that is on a line of its own ("\t", "  "); nullopt otherwise.
std::optional<std::string> flow_margin(const Document& document, const Node& collection);

}  // namespace bestow::document
