#include "sops/print_metadata.hpp"

#include "base/text.hpp"
#include "document/json.hpp"
#include "document/yaml.hpp"

#include <algorithm>

namespace bestow::sops {
namespace {

using Kind = MetadataItem::Kind;

/// sops quotes neither, and what came with an old document may be anything.
bool is_plain_envelope(const MetadataItem& item) {
    return item.name == "mac" && item.text.starts_with("ENC[") &&
           item.text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_,:[]") ==
               std::string::npos;
}
bool is_plain_version(const MetadataItem& item) {
    return item.name == "version" && std::count(item.text.begin(), item.text.end(), '.') == 2 &&
           item.text.find_first_not_of("0123456789.") == std::string::npos;
}

std::string yaml_scalar_text(const MetadataItem& item) {
    if (item.kind == Kind::Word || is_plain_envelope(item) || is_plain_version(item)) {
        return item.text;
    }
    if (item.name == "lastmodified") {
        return document::emit_json_string(item.text);  // a bare timestamp would be refused by sops
    }
    return document::emit_yaml_string(item.text, false);
}

class YamlPrinter {
  public:
    explicit YamlPrinter(const YamlLayout& layout)
        : step_(layout.step < 2 || layout.step > 9 ? 2 : layout.step), line_ending_(layout.line_ending) {}

    std::string take() { return std::move(text_); }

    /// Where what is nested in a mapping of that column stands, as libyaml's emitter has it.
    [[nodiscard]] std::size_t deeper(std::size_t column) const { return step_ * ((column + step_) / step_); }

    void members(const std::vector<MetadataItem>& items, std::size_t column, bool behind_dash) {
        for (const MetadataItem& item : items) {
            if (!behind_dash || &item != &items.front()) {
                text_.append(column, ' ');
            }
            text_ += item.name + ":";
            value(item, column);
        }
    }

    void list_item(const MetadataItem& item, std::size_t column) {
        text_ += "- ";
        members(item.children, column + 2, true);
    }

  private:
    void value(const MetadataItem& item, std::size_t column) {
        if (item.kind == Kind::List) {
            list(item, column);
        } else if (item.text.find('\n') != std::string::npos) {
            literal(item.text, deeper(column));
        } else {
            text_.append(" ").append(yaml_scalar_text(item)).append(line_ending_);
        }
    }

    void list(const MetadataItem& item, std::size_t column) {
        text_.append(item.children.empty() ? " []" : "").append(line_ending_);
        for (const MetadataItem& child : item.children) {
            text_.append(deeper(column), ' ');
            list_item(child, deeper(column));
        }
    }

    void literal(std::string_view value, std::size_t column) {
        text_.append(" |").append(line_ending_);
        for (const std::string_view line : split(trim(value), '\n')) {
            text_.append(column, ' ').append(line).append(line_ending_);
        }
    }

    std::size_t step_;
    std::string_view line_ending_;
    std::string text_;
};

std::string json_value(const MetadataItem& item, const JsonLayout& layout);

/// Pieces between brackets, a line each where there are lines.
std::string bracketed(char open, const std::vector<std::string>& pieces, char close, const JsonLayout& layout) {
    if (pieces.empty()) {
        return {open, close};
    }
    const bool one_line = layout.line_break.empty();
    const std::string outer = std::string(layout.line_break) + layout.margin;
    const std::string inner = one_line ? std::string() : outer + layout.unit;
    return open + inner + join(pieces, (one_line ? ", " : ",") + inner) + outer + close;
}

JsonLayout deeper(const JsonLayout& layout) {
    return layout.line_break.empty() ? layout : JsonLayout{layout.line_break, layout.margin + layout.unit, layout.unit};
}

std::string json_list(const std::vector<MetadataItem>& items, const JsonLayout& layout) {
    std::vector<std::string> pieces;
    for (const MetadataItem& item : items) {
        pieces.push_back(json_value(item, deeper(layout)));
    }
    return bracketed('[', pieces, ']', layout);
}

std::string json_value(const MetadataItem& item, const JsonLayout& layout) {
    switch (item.kind) {
        case Kind::Mapping:
            return json_object(item.children, layout);
        case Kind::List:
            return json_list(item.children, layout);
        case Kind::Word:
            return item.text;
        case Kind::Text:
            break;
    }
    return document::emit_json_string(item.text);
}

}  // namespace

std::string yaml_block(const std::vector<MetadataItem>& members, const YamlLayout& layout) {
    YamlPrinter printer(layout);
    printer.members(members, printer.deeper(0), false);
    return "sops:" + std::string(layout.line_ending) + printer.take();
}

std::string yaml_list_item(const MetadataItem& item, std::size_t column, const YamlLayout& layout) {
    YamlPrinter printer(layout);
    printer.list_item(item, column);
    std::string text = printer.take();
    text.resize(text.size() - layout.line_ending.size());
    return text;
}

std::string json_object(const std::vector<MetadataItem>& members, const JsonLayout& layout) {
    std::vector<std::string> pieces;
    for (const MetadataItem& member : members) {
        pieces.push_back("\"" + member.name + "\": " + json_value(member, deeper(layout)));
    }
    return bracketed('{', pieces, '}', layout);
}

}  // namespace bestow::sops
