#include "document/node.hpp"

namespace bestow::document {

const Node* Node::find(std::string_view key) const {
    if (kind != Kind::Mapping) {
        return nullptr;
    }
    for (const Child& child : children) {
        const Node* const value = child.node();
        if (value != nullptr && child.key == key) {
            return value;
        }
    }
    return nullptr;
}

}  // namespace bestow::document
