#include "sops/metadata_text.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "document/flow_member.hpp"
#include "document/json.hpp"
#include "document/yaml.hpp"
#include "sops/selector.hpp"
#include "sops/walk.hpp"

#include <algorithm>
#include <map>

namespace bestow::sops {
namespace {

using document::Child;
using document::Document;
using document::Node;
using document::Span;
using document::Style;

/// One member of the block whose value is a scalar, ready for YAML and for JSON.
struct Field {
    std::string name;
    std::string yaml;
    std::string json;
};

std::vector<Field> scalar_fields(const Metadata& metadata) {
    const auto text = [](std::string_view value) {
        return std::pair(document::emit_yaml_string(value, false), document::emit_json_string(value));
    };
    std::vector<Field> fields;
    const auto add = [&fields](std::string_view name, std::pair<std::string, std::string> value) {
        fields.push_back({std::string(name), std::move(value.first), std::move(value.second)});
    };
    const std::string time = document::emit_json_string(metadata.last_modified);
    add("lastmodified", {time, time});  // a bare timestamp would be refused by sops
    add("mac", {metadata.mac, document::emit_json_string(metadata.mac)});
    if (metadata.mac_only_encrypted) {
        add("mac_only_encrypted", {"true", "true"});
    }
    if (!metadata.selector.pattern.empty()) {
        add(selector_name(metadata.selector.kind), text(metadata.selector.pattern));
    }
    add("version", {metadata.version, document::emit_json_string(metadata.version)});
    std::sort(fields.begin(), fields.end(), [](const Field& a, const Field& b) { return a.name < b.name; });
    return fields;
}

std::string yaml_entry(const AgeEntry& entry, std::size_t indent, std::string_view line_ending) {
    // Text, keys and the dash: 4, 2 and 0 columns in.
    const std::string margin(indent + 4, ' ');
    std::string text = "- enc: |";
    for (const std::string_view line : split(trim(entry.enc), '\n')) {
        text.append(line_ending).append(margin).append(line);
    }
    text.append(line_ending).append(std::string(indent + 2, ' '));
    return text + "recipient: " + document::emit_yaml_string(entry.recipient, false);
}

/// On one line for an empty line break; else `margin` is that of the entry and `unit` one step further.
struct JsonLayout {
    std::string_view line_break;
    std::string margin;
    std::string unit;
};

std::string json_entry(const AgeEntry& entry, const JsonLayout& layout) {
    const bool one_line = layout.line_break.empty();
    const std::string outer = std::string(layout.line_break) + layout.margin;
    const std::string inner = one_line ? std::string() : outer + layout.unit;
    const std::string separator = one_line ? ", " : ",";
    const std::string enc = std::string(trim(entry.enc)) + "\n";
    return "{" + inner + "\"enc\": " + document::emit_json_string(enc) + separator + inner +
           "\"recipient\": " + document::emit_json_string(entry.recipient) + outer + "}";
}

void replace_scalar(document::Splices& splices, const Node& sops, std::string_view name, std::string_view value,
                    bool quote) {
    const Child* found = nullptr;
    for (const Child& child : sops.children) {
        if (child.node() != nullptr && child.key == name) {
            found = &child;
        }
    }
    const bool flow = sops.style == Style::Flow;
    const std::string text = flow || quote ? document::emit_json_string(value) : std::string(value);
    if (found != nullptr) {
        const Span span = found->node()->span;
        splices.replace(span, (span.begin == span.end ? " " : "") + text);
        return;
    }
    throw Error(ErrorKind::Format, format("line {}: sops.{} is missing", sops.at.line, name));
}

std::string_view source(const Document& document, Span span) {
    return std::string_view(document.text).substr(span.begin, span.end - span.begin);
}

const Child* find_child(const Node& mapping, std::string_view key) {
    for (const Child& child : mapping.children) {
        if (child.node() != nullptr && child.key == key) {
            return &child;
        }
    }
    return nullptr;
}

std::vector<const Node*> items_of(const Child* list) {
    std::vector<const Node*> items;
    if (list != nullptr) {
        for (const Child& child : list->node()->children) {
            if (child.node() != nullptr) {
                items.push_back(child.node());
            }
        }
    }
    return items;
}

/// The list as a value in a block mapping: a line break, and an item a line.
std::string block_list(const Document& document, const std::vector<const Node*>& old, std::size_t indent,
                       const std::vector<AgeEntryEdit>& entries) {
    const std::string_view line_ending = document::line_ending_of(document.text);
    std::string text;
    for (const AgeEntryEdit& entry : entries) {
        text.append(line_ending).append(std::string(indent, ' '));
        if (entry.kept) {
            text.append("- ").append(source(document, old.at(*entry.kept)->span));
        } else {
            text += yaml_entry(entry.added, indent, line_ending);
        }
    }
    return text;
}

/// How a flow mapping or JSON object is laid out, for what becomes an item of a list in it.
JsonLayout item_layout(const Document& document, const Node& sops) {
    const std::optional<std::string> margin = document::flow_margin(document, sops);
    if (!margin) {
        return {"", "", ""};
    }
    const std::size_t line = document.text.find_last_of('\n', sops.span.end);
    const std::string_view outer = source(document, {line + 1, sops.span.end - 1});
    const std::string unit = margin->size() > outer.size() ? margin->substr(outer.size()) : "\t";
    return {document::line_ending_of(document.text), *margin + unit, unit};
}

/// The list as a flow sequence or JSON array; line breaks only where the old text has them.
std::string flow_list(const Document& document, const std::vector<const Node*>& old, const JsonLayout& layout,
                      const std::vector<AgeEntryEdit>& entries) {
    const bool one_line = layout.line_break.empty();
    const std::string outer = layout.margin.substr(0, layout.margin.size() - layout.unit.size());
    std::string text = "[";
    for (const AgeEntryEdit& entry : entries) {
        text += &entry == &entries.front() ? "" : one_line ? ", " : ",";
        text.append(layout.line_break).append(layout.margin);
        if (entry.kept) {
            text.append(source(document, old.at(*entry.kept)->span));
        } else {
            text += json_entry(entry.added, layout);
        }
    }
    return text.append(layout.line_break).append(outer) + "]";
}

void edit_entries_of(document::Splices& splices, const Document& document, const Node& sops,
                     const std::vector<AgeEntryEdit>& entries) {
    const Child* const list = find_child(sops, "age");
    const std::vector<const Node*> old = items_of(list);
    if (sops.style == Style::Flow) {
        const JsonLayout layout = item_layout(document, sops);
        const std::string text = flow_list(document, old, layout, entries);
        if (list != nullptr) {
            splices.replace(list->node()->span, text);
        } else {
            document::add_flow_member(splices, document, sops, "\"age\": " + text);
        }
        return;
    }
    const bool block = list != nullptr && list->node()->style == Style::Block && !old.empty();
    const std::size_t indent = block ? list->node()->indent : sops.indent + 4;
    const std::string text = block_list(document, old, indent, entries);
    if (list != nullptr) {
        const std::size_t colon = document.text.find(':', list->key_span.end);
        splices.replace({colon + 1, list->node()->span.end}, text);
        return;
    }
    const std::size_t first = sops.children.front().key_span.begin;
    splices.replace({first, first}, "age:" + text + std::string(document::line_ending_of(document.text)) +
                                        std::string(sops.indent, ' '));
}

void edit_mac_of(document::Splices& splices, const Node& root, std::string_view mac, std::string_view last_modified) {
    if (const Node* const sops = find_metadata(root); sops != nullptr && sops->kind == document::Kind::Mapping) {
        replace_scalar(splices, *sops, "mac", mac, false);
        replace_scalar(splices, *sops, "lastmodified", last_modified, true);
    }
}

}  // namespace

std::string yaml_metadata(const Metadata& metadata, std::string_view line_ending) {
    const std::string eol(line_ending);
    std::string text = "sops:" + eol + "    age:" + eol;
    for (const AgeEntry& entry : metadata.age) {
        text += "        " + yaml_entry(entry, 8, line_ending) + eol;
    }
    for (const Field& field : scalar_fields(metadata)) {
        text += "    " + field.name + ": " + field.yaml + eol;
    }
    return text;
}

std::string flow_metadata(const Metadata& metadata) {
    std::string text = "\"sops\": {\"age\": [";
    for (const AgeEntry& entry : metadata.age) {
        text += (&entry == &metadata.age.front() ? "" : ", ") + json_entry(entry, {"", "", ""});
    }
    text += "]";
    for (const Field& field : scalar_fields(metadata)) {
        text += ", \"" + field.name + "\": " + field.json;
    }
    return text + "}";
}

std::string json_metadata(const Metadata& metadata, std::string_view margin) {
    const std::string unit(margin);
    const std::string member = "\n" + unit + unit;
    const JsonLayout layout{"\n", unit + unit + unit, unit};
    std::string text = "\"sops\": {" + member + "\"age\": [";
    for (const AgeEntry& entry : metadata.age) {
        text += (&entry == &metadata.age.front() ? "\n" : ",\n") + layout.margin + json_entry(entry, layout);
    }
    text += member + "]";
    for (const Field& field : scalar_fields(metadata)) {
        text += "," + member + "\"" + field.name + "\": " + field.json;
    }
    return text + "\n" + unit + "}";
}

const Node* find_metadata(const Node& root) {
    return root.find(kMetadataKey);
}

void edit_mac_members(document::Splices& splices, const Document& document, std::string_view mac,
                      std::string_view last_modified) {
    for (const Node& root : document.roots) {
        edit_mac_of(splices, root, mac, last_modified);
    }
}

void edit_age_members(document::Splices& splices, const Document& document, const std::vector<AgeEntryEdit>& entries) {
    for (const Node& root : document.roots) {
        if (const Node* const sops = find_metadata(root); sops != nullptr && sops->kind == document::Kind::Mapping) {
            edit_entries_of(splices, document, *sops, entries);
        }
    }
}

std::string edited_metadata(const Document& document, Span part, const Metadata& metadata) {
    document::Splices splices;
    edit_mac_of(splices, document.roots.front(), metadata.mac, metadata.last_modified);
    splices.replace({0, part.begin}, {});
    splices.replace({part.end, document.text.size()}, {});
    return splices.apply(document.text);
}

}  // namespace bestow::sops
