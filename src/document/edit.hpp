#pragma once
/// Lossless edits: a set of replacements of byte spans, applied in one pass; everything else stays byte for byte.

#include "document/key_path.hpp"
#include "document/node.hpp"

namespace bestow::document {

class Splices {
  public:
    /// Replaces the bytes of `span`; an empty span inserts. Spans must not overlap (Error(Internal) in apply).
    void replace(Span span, std::string text);
    [[nodiscard]] bool empty() const { return splices_.empty(); }
    [[nodiscard]] std::string apply(std::string_view source) const;

  private:
    struct Splice {
        Span span;
        std::string text;
    };
    std::vector<Splice> splices_;
};

/// YAML edits that keep comments, layout, quoting and line endings of everything else. All take the parsed document,
/// whose first root is edited, and return the new text. They throw Error(NotFound) for a path that is not there, and
/// Error(Format) where something on the way is neither a mapping nor a sequence, or comes from an alias.

/// What a format built upon YAML says of a document's parts.
struct EditRules {
    std::string_view last_key;  ///< of the root; new members go before it (the `sops` block)
    bool (*is_comment)(const Node& item) =
        nullptr;  ///< a list item that stands for a comment: an index never counts it
};

/// Sets `path` to a value given as YAML source text on one line (flow style or scalar), making missing mappings on the
/// way; a new member goes behind the last one of its mapping, indented like it; an index one past a list's end appends.
std::string yaml_with_value_at(const Document& document, const KeyPath& path, std::string_view yaml_value,
                               const EditRules& rules = {});
std::string yaml_with_value(const Document& document, const std::vector<std::string>& path,
                            std::string_view yaml_value);
/// Removes the member or item and the comments directly above it. A collection that loses its last one becomes "{}" or
/// "[]".
std::string yaml_without_value_at(const Document& document, const KeyPath& path, const EditRules& rules = {});
std::string yaml_without_member(const Document& document, const std::vector<std::string>& path);
/// Gives a member another key in its place.
std::string yaml_with_renamed_key(const Document& document, const std::vector<std::string>& path,
                                  std::string_view new_key);

/// The same for JSON; the value is JSON source text, new members are laid out like those that are there.
std::string json_with_value_at(const Document& document, const KeyPath& path, std::string_view json_value,
                               const EditRules& rules = {});
std::string json_without_value_at(const Document& document, const KeyPath& path);

/// "\r\n" when the text's first line ends so, else "\n".
std::string_view line_ending_of(std::string_view text);

}  // namespace bestow::document
