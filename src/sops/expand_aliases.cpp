#include "sops/expand_aliases.hpp"

#include "document/edit.hpp"
#include "document/yaml.hpp"

namespace bestow::sops {
namespace {

using document::Child;
using document::Kind;
using document::Node;

std::string flow_text(const Node& node) {
    const std::string tag = node.tag().empty() ? "" : std::string(node.tag()) + " ";
    if (node.kind == Kind::Null) {
        return "null";
    }
    if (node.is_scalar()) {
        // Only a string's own quoting may change; a number, a boolean or a time keeps its text.
        const bool quotable = node.kind == Kind::String || !node.tag().empty();
        return (node.kind == Kind::String && node.tag() != "!!binary" ? "" : tag) +
               (quotable ? document::emit_yaml_string(node.text, true) : node.text);
    }
    const bool mapping = node.kind == Kind::Mapping;
    std::string text = mapping ? "{" : "[";
    for (const Child& child : node.children) {
        if (child.node() == nullptr) {
            continue;
        }
        text += text.size() > 1 ? ", " : "";
        text += mapping ? (child.key == "<<" ? child.key : document::emit_yaml_string(child.key, true)) + ": " : "";
        text += flow_text(*child.node());
    }
    return text + (mapping ? "}" : "]");
}

void collect(const Node& node, document::Splices& splices) {
    for (const Child& child : node.children) {
        const Node* const value = child.node();
        if (value == nullptr) {
            continue;
        }
        if (value->aliased) {
            splices.replace(value->span, flow_text(*value));
        } else {
            collect(*value, splices);
        }
    }
}

}  // namespace

std::optional<std::string> with_aliases_expanded(const document::Document& document) {
    document::Splices splices;
    for (const Node& root : document.roots) {
        collect(root, splices);
    }
    return splices.empty() ? std::nullopt : std::optional(splices.apply(document.text));
}

}  // namespace bestow::sops
