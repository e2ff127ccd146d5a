#pragma once
/// Where a key path leads in a YAML document, for the editor.

#include "document/edit.hpp"

namespace bestow::document {

/// A node on the way and the place in its parent that leads to it.
struct Step {
    const Node* node = nullptr;
    const Child* child = nullptr;  ///< in the parent; nullptr for the root
    const Node* parent = nullptr;
};

/// An empty value, as behind "key:".
bool is_absent(const Node& node);

/// Every value and list item, those that stand for comments among them.
std::vector<const Child*> values_of(const Node& node);

/// The values that a path can name.
std::vector<const Child*> items_of(const Node& node, const EditRules& rules);

[[noreturn]] void fail_at(const Node& node, const KeyPath& path, std::size_t depth, std::string_view problem);

/// From `at` to the node at path[depth]; a null node for a key that is not there, and for an index one past the end.
Step step_to(const Step& at, const KeyPath& path, std::size_t depth, const EditRules& rules);

/// Throws Error(NotFound) when there is nothing at `path`.
Step find_step(const Document& document, const KeyPath& path, const EditRules& rules);

}  // namespace bestow::document
