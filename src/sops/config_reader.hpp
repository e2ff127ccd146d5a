#pragma once
/// A mapping of `.sops.yaml` as yaml.v3 gives it to sops: merge keys count, a null is like nothing, unknown members do
/// not matter. Members of the wrong type are Error(Policy) with their line.

#include "document/yaml.hpp"

#include <optional>
#include <string>
#include <vector>

namespace bestow::sops {

class ConfigMapping {
  public:
    /// `what` is for messages. A null stands for an empty mapping. Refers to `node`.
    ConfigMapping(const document::Node& node, std::string what);

    [[nodiscard]] std::size_t line() const { return node_->at.line; }
    /// Of a member's value; the mapping's own when it is missing.
    [[nodiscard]] std::size_t line_of(std::string_view key) const;

    /// nullptr when it is missing or null. Own members come before merged ones.
    [[nodiscard]] const document::Node* find(std::string_view key) const;

    /// Empty when it is missing. Numbers are taken as they are written.
    [[nodiscard]] std::string text(std::string_view key) const;
    /// YAML 1.1's words count here: yes, no, on, off.
    [[nodiscard]] bool boolean(std::string_view key) const;
    [[nodiscard]] std::optional<std::int64_t> integer(std::string_view key) const;
    /// A list of texts.
    [[nodiscard]] std::vector<std::string> texts(std::string_view key) const;
    /// One text, or a list of texts; whatever is no text is refused.
    [[nodiscard]] std::vector<std::string> texts_or_text(std::string_view key) const;
    [[nodiscard]] bool has_items(std::string_view key) const;
    [[nodiscard]] std::optional<ConfigMapping> mapping(std::string_view key) const;
    /// A list of mappings.
    [[nodiscard]] std::vector<ConfigMapping> mappings(std::string_view key) const;

  private:
    [[nodiscard]] std::vector<const document::Node*> items(std::string_view key) const;

    const document::Node* node_;
    std::string what_;
};

}  // namespace bestow::sops
