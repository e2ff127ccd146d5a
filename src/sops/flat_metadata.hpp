#pragma once
/// SOPS metadata in formats without nesting: one text a line, its place in the key. "age__list_0__map_enc" is `enc` in
/// the first item of `age`.

#include "document/node.hpp"
#include "sops/metadata.hpp"
#include "sops/value_cipher.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace bestow::sops {

/// Makes a mapping of the lines `flat`, in whose keys `prefix_size` bytes come before the name. Keys and values keep
/// the spans of their lines. Throws Error(Format), with line, for names that contradict each other or lists with gaps.
document::Node unflattened(const std::vector<document::Child>& flat, std::size_t prefix_size);

/// The lines that `unflattened` was made of, in the order of the text.
std::vector<const document::Child*> flat_lines(const document::Node& node);

/// The line of a name. Throws Error(Format) when there is none.
const document::Child& flat_line(const document::Node& sops, std::string_view name);
/// The lines of each age entry.
std::vector<std::vector<const document::Child*>> age_lines(const document::Node& sops);
/// Where the first line of an age entry begins, or of all.
std::size_t age_begin(const document::Node& sops);

struct FlatField {
    std::string name;
    std::string value;
};

/// All of it, named and ordered as sops 3.13.3 writes it.
std::vector<FlatField> flat_fields(const Metadata& metadata);
/// The lines of one age entry; `index` is its place in the list.
std::vector<FlatField> flat_fields(const AgeEntry& entry, std::size_t index);
/// The name of a line of the age entry that moves to `index`.
std::string flat_name_at(std::string_view name, std::size_t index);

/// Line breaks as the two characters "\n", and back. The first throws Error(Policy) for a text that would not come back
/// as it was; `name` is for the message.
std::string with_escaped_breaks(const std::string& name, std::string_view value);
std::string with_real_breaks(std::string_view value);

/// A value of any type as sops writes it where everything is text: "true", "1.5E+10".
SecretBytes flat_value(const TypedBytes& value);
/// Throws Error(Usage) for a value that is not a text.
void check_is_text(const TypedBytes& value);

}  // namespace bestow::sops
