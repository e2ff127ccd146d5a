#include "delivery/nix_fields.hpp"

#include "base/error.hpp"
#include "base/format.hpp"

#include <charconv>

namespace bestow::delivery {
namespace {

using document::Kind;
using document::Node;

[[noreturn]] void fail(const std::string& name, const Node& node, const char* wanted) {
    throw Error(ErrorKind::Format, format("line {}: {} is not {}", node.at.line, name, wanted));
}

}  // namespace

NixFields::NixFields(const Node& node, std::string name) : node_(&node), name_(std::move(name)) {
    if (node.kind != Kind::Mapping && node.kind != Kind::Null) {
        fail(name_, node, "an object");
    }
}

const Node* NixFields::find(const std::string& field, Kind kind, const char* wanted) const {
    const Node* const found = node_->kind == Kind::Mapping ? node_->find(field) : nullptr;
    if (found == nullptr || found->kind == Kind::Null) {
        return nullptr;
    }
    if (found->kind != kind) {
        fail(format("{} of {}", field, name_), *found, wanted);
    }
    return found;
}

bool NixFields::has(const std::string& field) const {
    const Node* const found = node_->kind == Kind::Mapping ? node_->find(field) : nullptr;
    return found != nullptr && found->kind != Kind::Null;
}

std::string NixFields::text(const std::string& field) const {
    const Node* const found = find(field, Kind::String, "a text");
    return found == nullptr ? std::string() : found->text;
}

std::int64_t NixFields::integer(const std::string& field) const {
    const Node* const found = find(field, Kind::Integer, "a whole number");
    if (found == nullptr) {
        return 0;
    }
    std::int64_t number = 0;
    const char* const end = found->text.data() + found->text.size();
    const auto [stop, failure] = std::from_chars(found->text.data(), end, number);
    if (failure != std::errc() || stop != end) {
        fail(format("{} of {}", field, name_), *found, "a whole number");
    }
    return number;
}

bool NixFields::boolean(const std::string& field) const {
    const Node* const found = find(field, Kind::Boolean, "true or false");
    return found != nullptr && found->text == "true";
}

std::vector<const Node*> NixFields::elements(const std::string& field) const {
    std::vector<const Node*> result;
    if (const Node* const list = find(field, Kind::Sequence, "a list")) {
        for (const document::Child& child : list->children) {
            result.push_back(child.node());
        }
    }
    return result;
}

std::vector<std::string> NixFields::texts(const std::string& field) const {
    std::vector<std::string> result;
    for (const Node* const element : elements(field)) {
        if (element->kind != Kind::String) {
            fail(format("an element of {} of {}", field, name_), *element, "a text");
        }
        result.push_back(element->text);
    }
    return result;
}

NixFields NixFields::object(const std::string& field) const {
    static const Node nothing;
    const Node* const found = find(field, Kind::Mapping, "an object");
    return {found == nullptr ? nothing : *found, field};
}

std::vector<NixFields> NixFields::objects(const std::string& field) const {
    std::vector<NixFields> result;
    for (const Node* const element : elements(field)) {
        result.emplace_back(*element, format("element {} of {}", result.size(), field));
    }
    return result;
}

}  // namespace bestow::delivery
