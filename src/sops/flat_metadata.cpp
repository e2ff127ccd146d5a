#include "sops/flat_metadata.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "document/scalar.hpp"
#include "sops/metadata_tree.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

namespace bestow::sops {
namespace {

using document::Child;
using document::Kind;
using document::Node;

constexpr std::string_view kInMapping = "__map_";
constexpr std::string_view kInList = "__list_";
constexpr std::string_view kEscapedBreak = "\\n";
constexpr std::string_view kThreshold = "shamir_threshold";
constexpr std::size_t kDeepest = 16;

[[noreturn]] void fail(const Child& line, std::string_view problem) {
    throw Error(ErrorKind::Format, format("line {}: {} {}", line.key_at.line, quoted(line.key), problem));
}

struct Step {
    bool in_list = false;
    std::string name;
};

std::vector<Step> steps_of(const Child& line, std::size_t prefix_size) {
    std::string_view rest = std::string_view(line.key).substr(prefix_size);
    std::vector<Step> steps;
    for (bool in_list = false;;) {
        const std::size_t end = std::min({rest.find(kInMapping), rest.find(kInList), rest.size()});
        steps.push_back({in_list, std::string(rest.substr(0, end))});
        if (end == rest.size()) {
            return steps;
        }
        if (steps.size() == kDeepest) {
            fail(line, "is nested too deeply");
        }
        rest.remove_prefix(end);
        in_list = rest.substr(0, kInList.size()) == kInList;
        rest.remove_prefix(in_list ? kInList.size() : kInMapping.size());
    }
}

struct Member;

/// What stands at one place: a line, or places in a mapping or a list.
struct Branch {
    const Child* line = nullptr;
    bool is_list = false;
    std::vector<Member> members;  ///< in the order of the text
    std::map<std::string, std::size_t> places;
};

struct Member {
    std::string name;
    Branch branch;
};

Branch& branch_at(Branch& parent, const std::string& name) {
    const auto [place, is_new] = parent.places.try_emplace(name, parent.members.size());
    if (is_new) {
        parent.members.push_back({name, Branch()});
    }
    return parent.members[place->second].branch;
}

void plant(Branch& root, const Child& line, std::size_t prefix_size) {
    Branch* branch = &root;
    for (const Step& step : steps_of(line, prefix_size)) {
        if (branch->line != nullptr || (!branch->members.empty() && branch->is_list != step.in_list)) {
            fail(line, "contradicts another line");
        }
        branch->is_list = step.in_list;
        branch = &branch_at(*branch, step.name);
    }
    if (branch->line != nullptr || !branch->members.empty()) {
        fail(line, "contradicts another line");
    }
    branch->line = &line;
}

const Child& first_line(const Branch& branch) {
    return branch.line != nullptr ? *branch.line : first_line(branch.members.front().branch);
}

std::size_t index_of(const std::string& name, const Branch& branch, std::size_t count) {
    std::size_t index = 0;
    const auto [end, failure] = std::from_chars(name.data(), name.data() + name.size(), index);
    if (failure != std::errc() || end != name.data() + name.size() || index >= count) {
        fail(first_line(branch), "is not in a list without gaps");
    }
    return index;
}

/// sops wrote "2.000000" into INI files once.
std::string without_fraction(std::string number) {
    const std::size_t point = number.find('.');
    if (point != std::string::npos && number.find_first_not_of('0', point + 1) == std::string::npos) {
        number.erase(point);
    }
    return number;
}

Child grown(const std::string& name, const Branch& branch);

Node grown(const Branch& branch) {
    Node node;
    node.kind = branch.is_list ? Kind::Sequence : Kind::Mapping;
    node.style = document::Style::Block;
    node.children.resize(branch.members.size());
    for (std::size_t place = 0; place < branch.members.size(); ++place) {
        const auto& [name, member] = branch.members[place];
        // Two names of one index ("0" and "00") leave a gap elsewhere.
        const std::size_t index = branch.is_list ? index_of(name, member, branch.members.size()) : place;
        if (node.children[index].key_span.end != 0) {
            fail(first_line(member), "is there twice");
        }
        node.children[index] = grown(branch.is_list ? std::string() : name, member);
    }
    return node;
}

Child grown(const std::string& name, const Branch& branch) {
    const Child& line = first_line(branch);
    Child child;
    if (branch.line != nullptr) {
        child = line;
        if (name == kThreshold) {
            Node& node = std::get<Node>(child.what);
            node.text = without_fraction(std::move(node.text));
        }
    } else {
        Node node = grown(branch);
        node.at = line.key_at;
        node.span = line.key_span;
        child.what = std::move(node);
        child.key_span = line.key_span;
        child.key_at = line.key_at;
    }
    child.key = name;
    return child;
}

void collect(const Node& node, std::vector<const Child*>& lines) {
    for (const Child& child : node.children) {
        if (child.node()->is_scalar()) {
            lines.push_back(&child);
        } else {
            collect(*child.node(), lines);
        }
    }
}

std::string age_name(std::size_t index, std::string_view field) {
    return format("age{}{}{}{}", kInList, index, kInMapping, field);
}

/// Empty lists leave no line.
void flatten(const MetadataItem& item, const std::string& name, std::vector<FlatField>& fields) {
    const bool is_list = item.kind == MetadataItem::Kind::List;
    if (!is_list && item.kind != MetadataItem::Kind::Mapping) {
        fields.push_back({name, item.text});
    }
    for (std::size_t index = 0; index < item.children.size(); ++index) {
        const MetadataItem& child = item.children[index];
        flatten(child,
                is_list ? format("{}{}{}", name, kInList, index) : format("{}{}{}", name, kInMapping, child.name),
                fields);
    }
}

}  // namespace

Node unflattened(const std::vector<Child>& flat, std::size_t prefix_size) {
    Branch root;
    for (const Child& line : flat) {
        plant(root, line, prefix_size);
    }
    return grown(root);
}

std::vector<const Child*> flat_lines(const Node& node) {
    std::vector<const Child*> lines;
    collect(node, lines);
    std::sort(lines.begin(), lines.end(),
              [](const Child* a, const Child* b) { return a->key_span.begin < b->key_span.begin; });
    return lines;
}

const Child& flat_line(const Node& sops, std::string_view name) {
    for (const Child& child : sops.children) {
        if (child.key == name && child.node()->is_scalar()) {
            return child;
        }
    }
    throw Error(ErrorKind::Format, format("line {}: sops.{} is missing", sops.at.line, name));
}

std::vector<std::vector<const Child*>> age_lines(const Node& sops) {
    std::vector<std::vector<const Child*>> entries;
    if (const Node* const list = sops.find("age")) {
        for (const Child& item : list->children) {
            entries.push_back(flat_lines(*item.node()));
        }
    }
    return entries;
}

std::size_t age_begin(const Node& sops) {
    const Node* const list = sops.find("age");
    return flat_lines(list != nullptr ? *list : sops).at(0)->key_span.begin;
}

std::vector<FlatField> flat_fields(const AgeEntry& entry, std::size_t index) {
    return {{age_name(index, "enc"), std::string(trim(entry.enc)) + "\n"},
            {age_name(index, "recipient"), entry.recipient}};
}

std::vector<FlatField> flat_fields(const Metadata& metadata) {
    std::vector<FlatField> fields;
    for (const MetadataItem& item : metadata_tree(metadata)) {
        flatten(item, item.name, fields);
    }
    return fields;
}

std::string flat_name_at(std::string_view name, std::size_t index) {
    const std::size_t begin = name.find(kInList) + kInList.size();
    const std::size_t end = std::min(name.find_first_not_of("0123456789", begin), name.size());
    return format("{}{}{}", name.substr(0, begin), index, name.substr(end));
}

std::string with_escaped_breaks(const std::string& name, std::string_view value) {
    if (value.find(kEscapedBreak) != std::string_view::npos) {
        throw Error(ErrorKind::Policy,
                    format("sops.{}: a backslash followed by 'n' stands for a line break in this format", name),
                    "write the pattern without it");
    }
    std::string text;
    for (const char character : value) {
        text += character == '\n' ? std::string(kEscapedBreak) : std::string(1, character);
    }
    return text;
}

std::string with_real_breaks(std::string_view value) {
    std::string text;
    for (std::size_t begin = 0;;) {
        const std::size_t end = std::min(value.find(kEscapedBreak, begin), value.size());
        text.append(value.substr(begin, end - begin));
        if (end == value.size()) {
            return text;
        }
        text += '\n';
        begin = end + kEscapedBreak.size();
    }
}

SecretBytes flat_value(const TypedBytes& value) {
    const std::string_view text = as_text(value.bytes.view());
    if (value.type == ValueType::Boolean) {
        return SecretBytes::copy_of(text == "True" ? "true" : "false");
    }
    const bool is_number = !text.empty() && text.find_first_not_of("0123456789.-") == std::string_view::npos;
    if (value.type != ValueType::Float || !is_number) {
        return value.bytes.copy();
    }
    std::string number = document::float_text_with_exponent(document::parse_float(text).value_or(0));
    std::replace(number.begin(), number.end(), 'e', 'E');
    return SecretBytes::copy_of(number.find_first_of(".E") == std::string::npos ? number + ".0" : number);
}

void check_is_text(const TypedBytes& value) {
    if (value.type != ValueType::String) {
        throw Error(ErrorKind::Usage, "in this format every value is a text", "set it as a string");
    }
}

}  // namespace bestow::sops
