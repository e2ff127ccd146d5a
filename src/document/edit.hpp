#pragma once
/// Lossless edits: a set of replacements of byte spans, applied in one pass; everything else stays byte for byte.

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

/// YAML edits that keep comments, layout, quoting and line endings of everything else. `path` holds mapping keys.
/// All take the parsed document, whose first root is edited, and return the new text.
/// Sets `path` to a value given as YAML source text (flow style or scalar), making missing mappings on the way; the new
/// member goes behind the last one of its mapping, indented like it.
std::string yaml_with_value(const Document& document, const std::vector<std::string>& path,
                            std::string_view yaml_value);
/// Removes the member and the comment lines directly above it; throws Error(NotFound).
std::string yaml_without_member(const Document& document, const std::vector<std::string>& path);
/// Gives a member another key in its place.
std::string yaml_with_renamed_key(const Document& document, const std::vector<std::string>& path,
                                  std::string_view new_key);

}  // namespace bestow::document
