/// Edits that follow a name to wherever the policy uses it: removing a host or an operator, renaming a secret.

#include "base/text.hpp"
#include "document/edit.hpp"
#include "document/yaml.hpp"
#include "policy/edit.hpp"

#include <algorithm>

namespace bestow::policy {
namespace {

using document::Document;
using document::Node;
using document::Span;

Document parse(std::string_view text) {
    return document::parse_yaml(std::string(text), document::Aliases::Refuse);
}

/// The values of a section's members.
std::vector<const Node*> members_of(const Document& document, std::string_view section) {
    std::vector<const Node*> members;
    const Node* node = document.roots.empty() ? nullptr : document.roots.front().find(section);
    if (node != nullptr && node->kind == document::Kind::Mapping) {
        for (const document::Child& child : node->children) {
            if (child.node() != nullptr) {
                members.push_back(child.node());
            }
        }
    }
    return members;
}

/// "a+b" names a and b.
bool names(const Node& item, std::string_view name) {
    const std::vector<std::string_view> parts = split(item.text, '+');
    return item.is_scalar() &&
           std::any_of(parts.begin(), parts.end(), [&](std::string_view part) { return trim(part) == name; });
}

/// The lists of one kind of declaration that may name a host or an operator.
std::vector<const Node*> lists_of(const Document& document) {
    std::vector<const Node*> lists = members_of(document, "roles");
    for (const Node* list : members_of(document, "access")) {
        lists.push_back(list);
    }
    for (const char* section : {"secrets", "templates"}) {
        for (const Node* member : members_of(document, section)) {
            for (const char* key : {"to", "except"}) {
                if (const Node* list = member->find(key)) {
                    lists.push_back(list);
                }
            }
        }
    }
    return lists;
}

/// The bytes of a flow list's item with one of the commas beside it.
Span flow_item(const std::string& text, const Node& list, const Node& item) {
    Span span = item.span;
    const std::size_t behind = text.find_first_not_of(" \t\r\n", span.end);
    if (behind < list.span.end && text[behind] == ',') {
        const std::size_t next = text.find_first_not_of(" \t", behind + 1);
        return {span.begin, std::min(next, list.span.end - 1)};
    }
    const std::size_t before = text.find_last_not_of(" \t\r\n", span.begin - 1);
    if (before != std::string::npos && before > list.span.begin && text[before] == ',') {
        span.begin = before;
    }
    return span;
}

/// The line of a block list's item.
Span block_item(const std::string& text, const Node& item) {
    const std::size_t line = text.rfind('\n', item.span.begin);
    const std::size_t end = text.find('\n', item.span.end);
    return {line == std::string::npos ? 0 : line + 1, end == std::string::npos ? text.size() : end + 1};
}

/// The text without the first use of `name` in a list; nullopt when there is none.
std::optional<std::string> without_first_use(const Document& document, std::string_view name) {
    for (const Node* list : lists_of(document)) {
        document::Splices splices;
        std::size_t items = 0;
        const Node* found = nullptr;
        for (const document::Child& child : list->children) {
            items += child.node() != nullptr ? 1 : 0;
            found = found == nullptr && child.node() != nullptr && names(*child.node(), name) ? child.node() : found;
        }
        if (list->is_scalar() && names(*list, name)) {
            splices.replace(list->span, "[]");
        } else if (found != nullptr && list->style == document::Style::Flow) {
            splices.replace(flow_item(document.text, *list, *found), "");
        } else if (found != nullptr && items > 1) {
            splices.replace(block_item(document.text, *found), "");
        } else if (found != nullptr) {
            splices.replace(list->span, "[]");  // a block list cannot be empty
        }
        if (!splices.empty()) {
            return splices.apply(document.text);
        }
    }
    return std::nullopt;
}

std::optional<std::string> without_first_override(const Document& document, std::string_view name) {
    for (const char* section : {"secrets", "templates"}) {
        const Node* node = document.roots.empty() ? nullptr : document.roots.front().find(section);
        if (node == nullptr || node->kind != document::Kind::Mapping) {
            continue;
        }
        for (const document::Child& child : node->children) {
            const Node* overrides = child.node() != nullptr ? child.node()->find("overrides") : nullptr;
            if (overrides == nullptr || overrides->find(name) == nullptr) {
                continue;
            }
            const bool only = std::count_if(overrides->children.begin(), overrides->children.end(),
                                            [](const document::Child& one) { return one.node() != nullptr; }) == 1;
            std::vector<std::string> path = {section, child.key, "overrides"};
            if (!only) {
                path.emplace_back(name);
            }
            return document::yaml_without_member(document, path);
        }
    }
    return std::nullopt;
}

std::string without_uses(std::string text, std::string_view name) {
    while (auto shorter = without_first_use(parse(text), name)) {
        text = std::move(*shorter);
    }
    while (auto shorter = without_first_override(parse(text), name)) {
        text = std::move(*shorter);
    }
    return text;
}

std::string without_declaration(std::string_view text, const std::string& section, std::string_view name) {
    const Document document = parse(text);
    const Node* node = document.roots.empty() ? nullptr : document.roots.front().find(section);
    if (node == nullptr || node->find(name) == nullptr) {
        return std::string(text);
    }
    return document::yaml_without_member(document, {section, std::string(name)});
}

}  // namespace

std::string without_host(std::string_view text, std::string_view name) {
    return without_uses(without_declaration(text, "hosts", name), name);
}

std::string without_operator(std::string_view text, std::string_view name) {
    return without_uses(without_declaration(text, "operators", name), name);
}

std::string with_renamed_inputs(std::string_view text, std::string_view old_name, std::string_view new_name) {
    const Document document = parse(text);
    document::Splices splices;
    const auto rename = [&](const Node* node) {
        if (node != nullptr && node->is_scalar() && node->text == old_name) {
            splices.replace(node->span, document::emit_yaml_string(new_name, true));
        }
    };
    for (const Node* secret : members_of(document, "secrets")) {
        const Node* const generate = secret->find("generate");
        if (generate == nullptr || generate->kind != document::Kind::Mapping) {
            continue;
        }
        rename(generate->find("of"));
        rename(generate->find("ca"));
        const Node* const inputs = generate->find("inputs");
        rename(inputs);
        for (const document::Child& child : inputs != nullptr ? inputs->children : std::vector<document::Child>()) {
            rename(child.node());
        }
    }
    return splices.apply(document.text);
}

std::string with_renamed_secret(std::string_view text, std::string_view old_name, std::string_view new_name) {
    return document::yaml_with_renamed_key(parse(text), {"secrets", std::string(old_name)}, new_name);
}

}  // namespace bestow::policy
