#include "document/yaml_places.hpp"

#include "base/error.hpp"
#include "base/format.hpp"

#include <algorithm>

namespace bestow::document {
namespace {

std::string size_text(std::size_t items) {
    return format("the list has {} item{}", items, items == 1 ? "" : "s");
}

KeyPath first_of(const KeyPath& path, std::size_t depth) {
    return {path.begin(), path.begin() + static_cast<std::ptrdiff_t>(depth)};
}

}  // namespace

bool is_absent(const Node& node) {
    return node.kind == Kind::Null && node.span.begin == node.span.end;
}

std::vector<const Child*> values_of(const Node& node) {
    std::vector<const Child*> values;
    for (const Child& child : node.children) {
        if (child.node() != nullptr) {
            values.push_back(&child);
        }
    }
    return values;
}

std::vector<const Child*> items_of(const Node& node, const EditRules& rules) {
    std::vector<const Child*> items = values_of(node);
    if (rules.is_comment != nullptr && node.kind == Kind::Sequence) {
        std::erase_if(items, [&](const Child* item) { return rules.is_comment(*item->node()); });
    }
    return items;
}

void fail_at(const Node& node, const KeyPath& path, std::size_t depth, std::string_view problem) {
    throw Error(ErrorKind::Format, format("line {}, {}: {}", node.at.line, to_text(first_of(path, depth)), problem));
}

Step step_to(const Step& at, const KeyPath& path, std::size_t depth, const EditRules& rules) {
    const Node& node = *at.node;
    if (node.aliased) {
        fail_at(node, path, depth, "this is an alias and cannot be edited through it");
    }
    if (const auto* const key = std::get_if<std::string>(&path[depth])) {
        if (node.kind == Kind::Null) {
            return {};
        }
        if (node.kind != Kind::Mapping) {
            fail_at(node, path, depth, "this is not a mapping");
        }
        for (const Child* child : values_of(node)) {
            if (child->key == *key) {
                return {child->node(), child, &node};
            }
        }
        return {};
    }
    const std::size_t index = std::get<std::size_t>(path[depth]);
    if (node.kind == Kind::Null && index == 0) {
        return {};
    }
    if (node.kind != Kind::Sequence) {
        fail_at(node, path, depth, "this is not a list");
    }
    const std::vector<const Child*> items = items_of(node, rules);
    if (index > items.size()) {
        throw Error(ErrorKind::NotFound,
                    format("there is no {}: {}", to_text(first_of(path, depth + 1)), size_text(items.size())),
                    format("[{}] appends to it", items.size()));
    }
    return index < items.size() ? Step{items[index]->node(), items[index], &node} : Step{};
}

Step find_step(const Document& document, const KeyPath& path, const EditRules& rules) {
    Step at{document.roots.empty() ? nullptr : &document.roots.front(), nullptr, nullptr};
    for (std::size_t depth = 0; depth < path.size() && at.node != nullptr; ++depth) {
        const Node& node = *at.node;
        if (std::holds_alternative<std::size_t>(path[depth]) && node.kind == Kind::Sequence) {
            const std::size_t count = items_of(node, rules).size();
            if (std::get<std::size_t>(path[depth]) >= count) {
                throw Error(ErrorKind::NotFound,
                            format("there is no {}: {}", to_text(first_of(path, depth + 1)), size_text(count)));
            }
        }
        at = step_to(at, path, depth, rules);
    }
    if (at.node == nullptr) {
        throw Error(ErrorKind::NotFound, format("there is no {} in this document", to_text(path)));
    }
    return at;
}

}  // namespace bestow::document
