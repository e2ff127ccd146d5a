/// `templates:`.

#include "base/format.hpp"
#include "base/text.hpp"
#include "policy/reading.hpp"

#include <algorithm>

namespace bestow::policy {
namespace {

using document::Node;

constexpr std::size_t kMaxTemplateBytes = std::size_t{1024} * 1024;
constexpr std::size_t kMaxDelimiterBytes = 16;

std::vector<std::string> template_keys() {
    std::vector<std::string> keys = placement_keys();
    keys.insert(keys.end(), {"to", "except", "content", "file", "delimiters", "overrides"});
    return keys;
}

bool is_delimiter(std::string_view text) {
    return !text.empty() && text.size() <= kMaxDelimiterBytes && std::all_of(text.begin(), text.end(), [](char c) {
        const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        return c > ' ' && c < 0x7f && !word && c != '|' && c != '.';
    });
}

void read_delimiters(Fields& fields, Template& declared) {
    const auto texts = fields.texts("delimiters");
    if (!texts) {
        return;
    }
    if (texts->size() != 2 || !is_delimiter((*texts)[0]) || !is_delimiter((*texts)[1])) {
        fields.problem("delimiters", "'delimiters' are two texts of signs, like [\"<%\", \"%>\"]");
        return;
    }
    declared.open = (*texts)[0];
    declared.close = (*texts)[1];
}

void read_template_file(Reading& reading, Fields& fields, Template& declared) {
    declared.file = fields.text("file");
    if (!declared.file) {
        return;
    }
    if (const auto problem = relative_path_problem(*declared.file)) {
        fields.problem("file", format("'file' {}: {}", quoted(*declared.file), *problem));
        return;
    }
    std::optional<std::string> text = reading.store.read(*declared.file);
    if (!text) {
        fields.problem("file", format("there is no file {}", quoted(*declared.file)));
        return;
    }
    declared.content = std::move(*text);
    reading.template_texts[declared.name] = {{*declared.file, {1, 1}}, true};
}

void read_content(Reading& reading, Fields& fields, Template& declared) {
    const Node* content = fields.find("content");
    if ((content != nullptr) == (fields.find("file") != nullptr)) {
        fields.problem("content", "it needs either 'content' or 'file'");
        return;
    }
    if (content == nullptr) {
        read_template_file(reading, fields, declared);
    } else if (!content->is_scalar()) {
        fields.problem("content", "'content' has to be a text");
    } else {
        declared.content = content->text;
        const bool literal = content->style == document::Style::Literal;
        document::Position at = content->at;
        at.line += literal ? 1 : 0;  // the text begins below its '|'
        reading.template_texts[declared.name] = {{fields.file(), at}, literal};
    }
    if (declared.content.size() > kMaxTemplateBytes) {
        fields.problem("content", format("its text is longer than {} bytes", kMaxTemplateBytes));
        declared.content.clear();
    }
}

void read_template(Reading& reading, const std::string& file, const Member& member) {
    Fields fields(reading, {file, member.value, format("template {}", quoted(member.name.text))}, template_keys());
    Template declared;
    declared.name = member.name.text;
    declared.origin = member.name.origin;
    if (const auto problem = template_name_problem(declared.name)) {
        reading.problems.add(declared.origin,
                             format("template {}: the name cannot be used: {}", quoted(declared.name), *problem));
    }
    if (const Template* other = reading.policy.find_template(declared.name)) {
        reading.problems.add(declared.origin, format("template {} is declared twice, the first time at {}",
                                                     quoted(declared.name), to_text(other->origin)));
    }
    if (fields.find("to") == nullptr) {
        fields.problem("to", "it has no 'to', so no host would get it");
    }
    declared.to = read_audience(reading, fields);
    read_delimiters(fields, declared);
    read_content(reading, fields, declared);
    declared.placement = read_placement(fields);
    declared.overrides = read_overrides(reading, fields);
    reading.policy.templates.push_back(std::move(declared));
}

}  // namespace

void read_templates(Reading& reading, const std::string& file, const Node& section) {
    for_each_member(reading, file, section, [&](const Member& member) { read_template(reading, file, member); });
}

}  // namespace bestow::policy
