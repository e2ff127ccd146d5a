#include "operations/comment_lines.hpp"

#include "document/yaml.hpp"

namespace bestow::operations {
namespace {

/// An item that sops wrote for a comment counts for nothing in an index.
bool is_comment_item(const document::Node& item) {
    return item.is_scalar() && item.text.starts_with("ENC[AES256_GCM,") && item.text.ends_with(",type:comment]");
}

const document::Node* child_at(const document::Node& node, const document::PathElement& element) {
    if (const auto* key = std::get_if<std::string>(&element)) {
        return node.find(*key);
    }
    std::size_t index = 0;
    for (const document::Child& child : node.children) {
        const document::Node* const item = child.node();
        if (item != nullptr && !is_comment_item(*item) && index++ == std::get<std::size_t>(element)) {
            return item;
        }
    }
    return nullptr;
}

void collect_comment_lines(const document::Node& node, std::vector<std::size_t>& lines) {
    for (const document::Child& child : node.children) {
        if (const document::Comment* const comment = child.comment()) {
            lines.push_back(comment->at.line);
        } else if (is_comment_item(*child.node())) {
            lines.push_back(child.node()->at.line);
        } else {
            collect_comment_lines(*child.node(), lines);
        }
    }
}

}  // namespace

std::vector<std::size_t> comment_lines_at(const std::string& yaml, const document::KeyPath& key) {
    const document::Document parsed = document::parse_yaml(yaml, document::Aliases::Expand);
    const document::Node* node = parsed.roots.empty() ? nullptr : &parsed.roots.front();
    for (const document::PathElement& element : key) {
        node = node == nullptr ? nullptr : child_at(*node, element);
    }
    std::vector<std::size_t> lines;
    if (node != nullptr) {
        collect_comment_lines(*node, lines);
    }
    return lines;
}

}  // namespace bestow::operations
