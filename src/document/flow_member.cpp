#include "document/flow_member.hpp"

#include "document/yaml_places.hpp"

#include <algorithm>

namespace bestow::document {
namespace {

std::size_t begin_of(const Child& child) {
    return child.key_span.end != 0 ? child.key_span.begin : child.node()->span.begin;
}

std::size_t end_of(const Child& child) {
    return std::max(child.key_span.end, child.node()->span.end);
}

}  // namespace

std::optional<std::string> flow_margin(const Document& document, const Node& collection) {
    const std::vector<const Child*> values = values_of(collection);
    if (values.empty()) {
        return std::nullopt;
    }
    const std::string_view text = document.text;
    const std::size_t begin = begin_of(*values.back());
    const std::size_t line = begin == 0 ? 0 : text.find_last_of("\r\n", begin - 1) + 1;  // npos + 1 is the text's begin
    const std::string_view margin = text.substr(line, begin - line);
    const bool own_line = line > collection.span.begin && margin.find_first_not_of(" \t") == std::string_view::npos;
    return own_line ? std::optional<std::string>(margin) : std::nullopt;
}

void add_flow_member(Splices& splices, const Document& document, const Node& mapping, const std::string& member) {
    const std::vector<const Child*> values = values_of(mapping);
    if (values.empty()) {
        const std::size_t open = document.text.find_first_of("{[", mapping.span.begin) + 1;
        splices.replace({open, open}, member);
        return;
    }
    const std::optional<std::string> margin = flow_margin(document, mapping);
    const std::size_t end = end_of(*values.back());
    splices.replace({end, end}, (margin ? "," + std::string(line_ending_of(document.text)) + *margin : ", ") + member);
}

Span flow_member_span(const Node& collection, const Child& child) {
    const std::vector<const Child*> values = values_of(collection);
    const auto place = static_cast<std::size_t>(std::find(values.begin(), values.end(), &child) - values.begin());
    if (place + 1 < values.size()) {
        return {begin_of(child), begin_of(*values[place + 1])};
    }
    return {place > 0 ? end_of(*values[place - 1]) : begin_of(child), end_of(child)};
}

}  // namespace bestow::document
