#include "base/error.hpp"
#include "document/edit.hpp"
#include "document/flow_member.hpp"
#include "document/json.hpp"
#include "document/yaml_places.hpp"

namespace bestow::document {
namespace {

/// How an object or array lays its members out: on lines of their own with this margin, or on one line.
struct Layout {
    std::optional<std::string> margin;
    std::string unit;
    std::string line_ending;
};

std::string margin_of_line(std::string_view text, std::size_t at) {
    const std::size_t line = at == 0 ? 0 : text.find_last_of("\r\n", at - 1) + 1;  // npos + 1 is the text's begin
    const std::size_t end = text.find_first_not_of(" \t", line);
    return std::string(text.substr(line, std::min(end, text.size()) - line));
}

Layout layout_in(const Document& document, const Node& collection) {
    Layout layout;
    layout.line_ending = line_ending_of(document.text);
    layout.unit = flow_margin(document, document.roots.front()).value_or("\t");
    const std::string outer = margin_of_line(document.text, collection.span.begin);
    if (!values_of(collection).empty()) {
        layout.margin = flow_margin(document, collection);
    } else if (flow_margin(document, document.roots.front()) || &collection == &document.roots.front()) {
        layout.margin = outer + layout.unit;
    }
    return layout;
}

/// "key": value, or a value alone in a list; what the path lacks on the way is made around it.
std::string member_text(const KeyPath& path, std::size_t depth, std::string_view value, const Layout& layout) {
    std::string text;
    if (const auto* const key = std::get_if<std::string>(&path[depth])) {
        text = emit_json_string(*key) + ": ";
    }
    if (depth + 1 == path.size()) {
        return text.append(value);
    }
    const bool list = std::holds_alternative<std::size_t>(path[depth + 1]);
    if (list && std::get<std::size_t>(path[depth + 1]) != 0) {
        throw Error(ErrorKind::NotFound, "a list that is not there yet begins with its first item", "[0] makes it");
    }
    Layout inner = layout;
    std::string around;
    std::string behind;
    if (layout.margin) {
        inner.margin = *layout.margin + layout.unit;
        around = layout.line_ending + *inner.margin;
        behind = layout.line_ending + *layout.margin;
    }
    text += (list ? "[" : "{") + around + member_text(path, depth + 1, value, inner) + behind + (list ? "]" : "}");
    return text;
}

class JsonEditor {
  public:
    JsonEditor(const Document& document, const EditRules& rules) : document_(document), rules_(rules) {}

    std::string set(const KeyPath& path, std::string_view value) {
        Step at{&document_.roots.front(), nullptr, nullptr};
        for (std::size_t depth = 0; depth < path.size(); ++depth) {
            const Step next = step_to(at, path, depth, {});
            if (next.node == nullptr) {
                insert(at, path, depth, value);
                return splices_.apply(document_.text);
            }
            at = next;
        }
        if (at.parent == nullptr) {
            fail_at(*at.node, {}, 0, "the whole document cannot be replaced by one value");
        }
        splices_.replace(at.node->span, std::string(value));
        return splices_.apply(document_.text);
    }

    std::string remove(const KeyPath& path) {
        const Step target = find_step(document_, path, {});
        if (target.parent == nullptr) {
            throw Error(ErrorKind::NotFound, "the whole document cannot be removed");
        }
        const Span span = flow_member_span(*target.parent, *target.child);
        if (values_of(*target.parent).size() == 1) {
            splices_.replace({target.parent->span.begin + 1, target.parent->span.end - 1}, {});
        } else {
            splices_.replace(span, {});
        }
        return splices_.apply(document_.text);
    }

  private:
    void insert(const Step& at, const KeyPath& path, std::size_t depth, std::string_view value) {
        const Node& node = *at.node;
        const Layout layout = layout_in(document_, node);
        const std::string member = member_text(path, depth, value, layout);
        if (!values_of(node).empty()) {
            insert_behind(node, depth, member);
            return;
        }
        const bool list = std::holds_alternative<std::size_t>(path[depth]);
        const std::string before = layout.margin ? layout.line_ending + *layout.margin : std::string();
        const std::string behind =
            layout.margin ? layout.line_ending + margin_of_line(document_.text, node.span.begin) : std::string();
        splices_.replace(node.span, (list ? "[" : "{") + before + member + behind + (list ? "]" : "}"));
    }

    /// Behind the last member; in the root, before the metadata, which stay last.
    void insert_behind(const Node& node, std::size_t depth, const std::string& member) {
        const std::vector<const Child*> values = values_of(node);
        if (depth > 0 || rules_.last_key.empty() || values.back()->key != rules_.last_key) {
            add_flow_member(splices_, document_, node, member);
            return;
        }
        const std::optional<std::string> margin = flow_margin(document_, node);
        const std::size_t at = values.back()->key_span.begin;
        splices_.replace({at, at},
                         member + (margin ? "," + std::string(line_ending_of(document_.text)) + *margin : ", "));
    }

    const Document& document_;
    const EditRules& rules_;
    Splices splices_;
};

}  // namespace

std::string json_with_value_at(const Document& document, const KeyPath& path, std::string_view json_value,
                               const EditRules& rules) {
    return JsonEditor(document, rules).set(path, json_value);
}

std::string json_without_value_at(const Document& document, const KeyPath& path) {
    return JsonEditor(document, {}).remove(path);
}

}  // namespace bestow::document
