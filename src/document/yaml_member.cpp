#include "document/yaml_member.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "document/yaml.hpp"

namespace bestow::document {
namespace {

/// A list that is made on the way begins with its first item.
void check_first_index(const KeyPath& path, std::size_t at, std::size_t depth) {
    if (at > depth && std::get<std::size_t>(path[at]) != 0) {
        const KeyPath list(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(at));
        throw Error(ErrorKind::NotFound, format("there is no list at {} yet; its first item is [0]", to_text(list)));
    }
}

}  // namespace

std::string yaml_block_member(const KeyPath& path, std::size_t depth, std::string_view value,
                              const BlockLayout& layout) {
    std::string member;
    std::size_t indent = layout.indent;
    for (std::size_t at = depth; at < path.size(); ++at) {
        const bool last = at + 1 == path.size();
        if (const auto* const key = std::get_if<std::string>(&path[at])) {
            member += emit_yaml_string(*key, false) + ":";
        } else {
            check_first_index(path, at, depth);
            member += "-";
        }
        if (last || std::holds_alternative<std::size_t>(path[at])) {
            member += ' ';
            indent += 2;
        } else {
            indent += layout.step;
            member.append(layout.line_ending).append(std::string(indent, ' '));
        }
    }
    return member.append(value);
}

std::string yaml_flow_member(const KeyPath& path, std::size_t depth, std::string_view value) {
    std::string member;
    std::string closing;
    for (std::size_t at = depth; at < path.size(); ++at) {
        const auto* const key = std::get_if<std::string>(&path[at]);
        if (key == nullptr) {
            check_first_index(path, at, depth);
        }
        if (at > depth) {
            member += key != nullptr ? '{' : '[';
            closing.insert(0, 1, key != nullptr ? '}' : ']');
        }
        member += key != nullptr ? emit_yaml_string(*key, true) + ": " : "";
    }
    return member.append(value) + closing;
}

}  // namespace bestow::document
