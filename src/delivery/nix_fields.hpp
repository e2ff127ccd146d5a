#pragma once
/// Fields of a JSON object as a Go struct takes them: missing and null are the type's zero, unknown ones are ignored,
/// another type is an Error(Format) with the field's place.

#include "document/node.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace bestow::delivery {

class NixFields {
  public:
    /// `node`: an object, or null for an empty one; it must outlive this. Throws Error(Format) for anything else.
    NixFields(const document::Node& node, std::string name);

    /// There, and not null.
    [[nodiscard]] bool has(const std::string& field) const;
    [[nodiscard]] std::string text(const std::string& field) const;
    [[nodiscard]] std::int64_t integer(const std::string& field) const;
    [[nodiscard]] bool boolean(const std::string& field) const;
    [[nodiscard]] std::vector<std::string> texts(const std::string& field) const;
    [[nodiscard]] NixFields object(const std::string& field) const;
    [[nodiscard]] std::vector<NixFields> objects(const std::string& field) const;

  private:
    [[nodiscard]] const document::Node* find(const std::string& field, document::Kind kind, const char* wanted) const;
    [[nodiscard]] std::vector<const document::Node*> elements(const std::string& field) const;

    const document::Node* node_;
    std::string name_;
};

}  // namespace bestow::delivery
