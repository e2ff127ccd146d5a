#include "sops/config_reader.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "document/scalar.hpp"

#include <array>
#include <charconv>

namespace bestow::sops {
namespace {

using document::Child;
using document::Kind;
using document::Node;
using document::Style;

[[noreturn]] void fail(const Node& node, std::string_view what, std::string_view problem) {
    throw Error(ErrorKind::Policy, format("line {}: {} {}", node.at.line, what, problem));
}

bool is_merge(const Child& child) {
    return child.key == "<<" && child.key_style == Style::Plain;
}

const Node* find_member(const Node& mapping, std::string_view key);

const Node* find_merged(const Node& source, std::string_view key) {
    if (source.kind == Kind::Mapping) {
        return find_member(source, key);
    }
    if (source.kind != Kind::Sequence) {
        fail(source, "a merge key", "has neither a mapping nor a list of mappings");
    }
    for (const Child& child : source.children) {
        if (child.node() == nullptr) {
            continue;
        }
        if (child.node()->kind != Kind::Mapping) {
            fail(*child.node(), "a merge key", "has something that is not a mapping");
        }
        if (const Node* const found = find_member(*child.node(), key)) {
            return found;
        }
    }
    return nullptr;
}

const Node* find_member(const Node& mapping, std::string_view key) {
    const Node* merged = nullptr;
    for (const Child& child : mapping.children) {
        if (child.node() == nullptr) {
            continue;
        }
        if (child.key == key) {
            return child.node();
        }
        if (is_merge(child) && merged == nullptr) {
            merged = find_merged(*child.node(), key);
        }
    }
    return merged;
}

bool is_one_of(std::string_view text, const std::array<std::string_view, 8>& words) {
    for (const std::string_view word : words) {
        if (text == word) {
            return true;
        }
    }
    return false;
}

}  // namespace

ConfigMapping::ConfigMapping(const Node& node, std::string what) : node_(&node), what_(std::move(what)) {
    if (node.kind != Kind::Mapping && node.kind != Kind::Null) {
        fail(node, what_, "is not a mapping");
    }
}

const Node* ConfigMapping::find(std::string_view key) const {
    const Node* const found = find_member(*node_, key);
    return found == nullptr || found->kind == Kind::Null ? nullptr : found;
}

std::size_t ConfigMapping::line_of(std::string_view key) const {
    const Node* const found = find(key);
    return found == nullptr ? line() : found->at.line;
}

std::string ConfigMapping::text(std::string_view key) const {
    const Node* const node = find(key);
    if (node == nullptr) {
        return {};
    }
    if (!node->is_scalar()) {
        fail(*node, key, "is not a text");
    }
    return node->text;
}

bool ConfigMapping::boolean(std::string_view key) const {
    const Node* const node = find(key);
    if (node == nullptr) {
        return false;
    }
    if (node->kind == Kind::Boolean) {
        return document::resolve_scalar_text(node->text).canonical == "true";
    }
    const bool yes = is_one_of(node->text, {"y", "Y", "yes", "Yes", "YES", "on", "On", "ON"});
    const bool no = is_one_of(node->text, {"n", "N", "no", "No", "NO", "off", "Off", "OFF"});
    if (node->kind != Kind::String || (!yes && !no)) {
        fail(*node, key, "is neither true nor false");
    }
    return yes;
}

std::optional<std::int64_t> ConfigMapping::integer(std::string_view key) const {
    const Node* const node = find(key);
    if (node == nullptr) {
        return std::nullopt;
    }
    const std::string digits = document::resolve_scalar_text(node->text).canonical;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool number = node->kind == Kind::Integer || node->kind == Kind::Float;
    if (!number || error != std::errc() || end != digits.data() + digits.size()) {
        fail(*node, key, "is not a whole number");
    }
    return value;
}

std::vector<const Node*> ConfigMapping::items(std::string_view key) const {
    std::vector<const Node*> found;
    const Node* const node = find(key);
    if (node == nullptr) {
        return found;
    }
    if (node->kind != Kind::Sequence) {
        fail(*node, key, "is not a list");
    }
    for (const Child& child : node->children) {
        if (child.node() != nullptr) {
            found.push_back(child.node());
        }
    }
    return found;
}

std::vector<std::string> ConfigMapping::texts(std::string_view key) const {
    std::vector<std::string> texts;
    for (const Node* item : items(key)) {
        if (!item->is_scalar()) {
            fail(*item, key, "has something that is not a text");
        }
        texts.push_back(item->kind == Kind::Null ? std::string() : item->text);
    }
    return texts;
}

std::vector<std::string> ConfigMapping::texts_or_text(std::string_view key) const {
    const Node* const node = find(key);
    if (node != nullptr && node->kind == Kind::String) {
        return {node->text};
    }
    for (const Node* item : items(key)) {
        if (item->kind != Kind::String) {
            fail(*item, key, "has something that is not a text");
        }
    }
    return texts(key);
}

bool ConfigMapping::has_items(std::string_view key) const {
    return !items(key).empty();
}

std::optional<ConfigMapping> ConfigMapping::mapping(std::string_view key) const {
    const Node* const node = find(key);
    return node == nullptr ? std::nullopt : std::optional(ConfigMapping(*node, std::string(key)));
}

std::vector<ConfigMapping> ConfigMapping::mappings(std::string_view key) const {
    std::vector<ConfigMapping> mappings;
    for (const Node* item : items(key)) {
        mappings.emplace_back(*item, format("an item of {}", key));
    }
    return mappings;
}

}  // namespace bestow::sops
