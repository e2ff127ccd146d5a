#include "sops/metadata_text.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "document/flow_member.hpp"
#include "document/json.hpp"
#include "sops/print_metadata.hpp"
#include "sops/walk.hpp"

namespace bestow::sops {
namespace {

using document::Child;
using document::Document;
using document::Node;
using document::Span;
using document::Style;

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
    if (found != nullptr && found->node()->text == value) {
        return;  // in whatever quotes
    }
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
            text += yaml_list_item(age_entry_tree(entry.added), indent, {4, line_ending});
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
            text += json_object(age_entry_tree(entry.added).children, layout);
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
    const std::size_t indent = block ? std::size_t{list->node()->indent} : sops.indent + 4;
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
    return yaml_block(metadata_tree(metadata), {metadata.yaml_indent, line_ending});
}

std::string flow_metadata(const Metadata& metadata) {
    return "\"sops\": " + json_object(metadata_tree(metadata), {"", "", ""});
}

std::string json_metadata(const Metadata& metadata, std::string_view margin) {
    const std::string unit(margin);
    return "\"sops\": " + json_object(metadata_tree(metadata), {"\n", unit, unit});
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
