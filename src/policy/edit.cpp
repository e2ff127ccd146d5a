#include "policy/edit.hpp"

#include "age/age.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "document/edit.hpp"
#include "document/yaml.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace bestow::policy {
namespace {

using document::Document;
using document::Node;

Document parse(std::string_view text) {
    return document::parse_yaml(std::string(text), document::Aliases::Refuse);
}

const Node* root_of(const Document& document) {
    return document.roots.empty() ? nullptr : &document.roots.front();
}

std::string scalar(std::string_view text) {
    return document::emit_yaml_string(text, true);
}

std::string flow_list(const std::vector<std::string>& texts) {
    std::vector<std::string> items;
    std::transform(texts.begin(), texts.end(), std::back_inserter(items),
                   [](const auto& text) { return scalar(text); });
    return format("[{}]", join(items, ", "));
}

/// Builds "{a: x, b: [y]}", leaving out what is empty.
class FlowMapping {
  public:
    void list(std::string_view key, const std::vector<std::string>& texts) {
        if (!texts.empty()) {
            raw(key, flow_list(texts));
        }
    }
    void text(std::string_view key, const std::optional<std::string>& value) {
        if (value && !value->empty()) {
            raw(key, scalar(*value));
        }
    }
    void raw(std::string_view key, std::string_view yaml) { members_.push_back(format("{}: {}", scalar(key), yaml)); }
    [[nodiscard]] bool empty() const { return members_.empty(); }
    [[nodiscard]] std::string str() const { return format("{{{}}}", join(members_, ", ")); }

  private:
    std::vector<std::string> members_;
};

std::string_view line_break_of(std::string_view text) {
    return text.find("\r\n") == std::string_view::npos ? "\n" : "\r\n";
}

/// A section that the text lacks goes to its end, in block style.
std::string with_section(std::string_view text, std::string_view section, std::string_view member) {
    const std::string_view newline = line_break_of(text);
    std::string result(text);
    if (!result.empty() && result.back() != '\n') {
        result += newline;
    }
    return result + format("{}{}:{}  {}{}", newline, section, newline, member, newline);
}

/// "hosts: {}  # machines" or "hosts:" to a block mapping with its first member on the next line.
std::string with_first_member(const Document& document, const Node& section, std::string_view member) {
    const std::string& text = document.text;
    document::Splices splices;
    std::size_t begin = section.span.begin;
    if (section.span.end > begin) {
        begin -= begin > 0 && text[begin - 1] == ' ' ? 1 : 0;
        splices.replace({begin, section.span.end}, "");
    }
    std::size_t line_end = std::min(text.find('\n', section.span.end), text.size());
    if (line_end > section.span.end && text[line_end - 1] == '\r') {
        --line_end;
    }
    splices.replace({line_end, line_end}, format("{}  {}", line_break_of(text), member));
    return splices.apply(text);
}

std::set<std::string> recipients_in(const std::vector<std::string>& keys) {
    std::set<std::string> recipients;
    for (const std::string& key : keys) {
        try {
            recipients.insert(age::normalize_recipient(key));
        } catch (const Error&) {
            recipients.insert(key);
        }
    }
    return recipients;
}

bool is_same_tree(const Node& a, const Node& b) {
    const auto is_there = [&](const document::Child& child) {
        const Node* const other = child.key.empty() ? nullptr : b.find(child.key);
        return other != nullptr && child.node() != nullptr && is_same_tree(*child.node(), *other);
    };
    if (a.kind != b.kind || a.children.size() != b.children.size()) {
        return false;
    }
    if (a.kind == document::Kind::Mapping) {
        return std::all_of(a.children.begin(), a.children.end(), is_there);
    }
    return a.text == b.text && std::equal(a.children.begin(), a.children.end(), b.children.begin(),
                                          [](const document::Child& one, const document::Child& other) {
                                              return one.node() != nullptr && other.node() != nullptr &&
                                                     is_same_tree(*one.node(), *other.node());
                                          });
}

/// Is the host or operator declared just so, whatever its keys' comments and the notation?
bool is_declared_so(std::string_view text, const std::string& section, const std::string& name,
                    const std::string& value) {
    const std::string wanted_text = format("{}: {{{}: {}}}", section, document::emit_yaml_string(name, true), value);
    const Document there = parse(text);
    const Document wanted = parse(wanted_text);
    const auto others = [&](const Document& document) {
        std::vector<std::pair<std::string, const Node*>> members;
        for (const document::Child& child : root_of(document)->find(section)->find(name)->children) {
            if (child.node() != nullptr && child.key != "keys") {
                members.emplace_back(child.key, child.node());
            }
        }
        std::sort(members.begin(), members.end());
        return members;
    };
    const auto mine = others(there);
    const auto theirs = others(wanted);
    return recipients_in(declared_keys(text, section, name)) ==
               recipients_in(declared_keys(wanted_text, section, name)) &&
           std::equal(mine.begin(), mine.end(), theirs.begin(), theirs.end(), [](const auto& a, const auto& b) {
               return a.first == b.first && is_same_tree(*a.second, *b.second);
           });
}

/// What does it for somebody who is there: another key, or whatever else.
std::string hint_for_declared(std::string_view text, const std::string& section, const std::string& name,
                              const std::string& value) {
    const std::string wanted = format("{}: {{{}: {}}}", section, document::emit_yaml_string(name, true), value);
    const bool has_same_keys =
        recipients_in(declared_keys(text, section, name)) == recipients_in(declared_keys(wanted, section, name));
    return has_same_keys
               ? "its key is the same; change what else is declared there"
               : format("bestow {} replace-key {} gives it another key", section.substr(0, section.size() - 1), name);
}

/// An edit that declares somebody never replaces what is there.
void refuse_second(const Node* section, const std::string& name_of_section, const std::string& name,
                   const std::string& hint) {
    const Node* there = section != nullptr ? section->find(name) : nullptr;
    if (there != nullptr) {
        const std::string one = name_of_section.substr(0, name_of_section.size() - 1);
        throw Error(ErrorKind::Policy,
                    format("{} {} is declared already, at line {}", one, quoted(name), there->at.line), hint);
    }
}

std::string with_member(std::string_view text, const std::string& section, const std::string& name,
                        const std::string& value) {
    const Document document = parse(text);
    const Node* root = root_of(document);
    const std::string member = format("{}: {}", document::emit_yaml_string(name, false), value);
    if (root == nullptr || (root->style != document::Style::Flow && root->find(section) == nullptr)) {
        return with_section(text, section, member);
    }
    const Node* node = root->find(section);
    const bool is_reader = section == "hosts" || section == "operators";
    if (is_reader && node != nullptr && node->find(name) != nullptr && is_declared_so(text, section, name, value)) {
        return std::string(text);  // by a run that was interrupted before it was done with the files
    }
    const bool is_there = is_reader && node != nullptr && node->find(name) != nullptr;
    refuse_second(node, section, name, is_there ? hint_for_declared(text, section, name, value) : "");
    const bool empty = node != nullptr && (node->kind == document::Kind::Null ||
                                           (node->kind == document::Kind::Mapping && node->children.empty()));
    if (empty && root->style != document::Style::Flow) {
        return with_first_member(document, *node, member);
    }
    return document::yaml_with_value(document, {section, name}, value);
}

std::string keys_list(const std::vector<std::string>& keys) {
    std::vector<std::string> trimmed;
    std::transform(keys.begin(), keys.end(), std::back_inserter(trimmed),
                   [](const std::string& key) { return std::string(trim(key)); });
    return flow_list(trimmed);
}

/// "." for the whole document, a text for one plain key, else a list.
std::string key_value(const document::KeyPath& path) {
    if (path.empty()) {
        return "\".\"";
    }
    const auto* const only = path.size() == 1 ? std::get_if<std::string>(&path.front()) : nullptr;
    if (only != nullptr && *only != "." && only->find('/') == std::string::npos) {
        return scalar(*only);
    }
    std::vector<std::string> items;
    for (const document::PathElement& element : path) {
        const auto* const key = std::get_if<std::string>(&element);
        items.push_back(key != nullptr ? scalar(*key) : format("{}", std::get<std::size_t>(element)));
    }
    return format("[{}]", join(items, ", "));
}

std::string operator_value(const NewOperator& declared) {
    FlowMapping value;
    value.raw("keys", keys_list(declared.keys));
    value.list("groups", declared.groups);
    if (declared.listed) {
        value.raw("access", "listed");
    }
    if (declared.recovery) {
        value.raw("recovery", "true");
    }
    return value.str();
}

}  // namespace

std::string new_policy_text(std::string_view operator_name, const std::vector<std::string>& operator_keys) {
    const NewOperator first{std::string(operator_name), operator_keys, {}, false, false};
    return format(R"(# Who gets which secret: see bestow.yaml(5). Commands edit this file and keep what you write here.
version: 1

# Sets of hosts; a secret goes "to:" hosts and roles.
roles: {{server: [], desktop: [], laptop: []}}

# People and CI jobs who read and change secrets.
operators:
  {}: {}

# Machines: bestow host add NAME --scan ADDRESS
hosts:

# What goes where: bestow add NAME --to ROLE
secrets:
)",
                  document::emit_yaml_string(operator_name, false), operator_value(first));
}

std::string with_host(std::string_view text, const NewHost& host) {
    FlowMapping value;
    value.raw("keys", keys_list(host.keys));
    value.list("roles", host.roles);
    FlowMapping variables;
    for (const auto& [name, variable] : host.vars) {
        variables.raw(name, scalar(variable));
    }
    if (!variables.empty()) {
        value.raw("vars", variables.str());
    }
    return with_member(text, "hosts", host.name, value.str());
}

std::string with_operator(std::string_view text, const NewOperator& declared) {
    return with_member(text, "operators", declared.name, operator_value(declared));
}

std::string with_secret(std::string_view text, const NewSecret& secret) {
    FlowMapping value;
    value.list("to", secret.to);
    value.list("except", secret.except);
    value.text("per", secret.per);
    value.text("file", secret.file);
    if (secret.key) {
        value.raw("key", key_value(*secret.key));
    }
    value.text("as", secret.as);
    value.text("owner", secret.owner);
    value.text("group", secret.group);
    if (secret.mode) {
        value.raw("mode", format("\"{}\"", *secret.mode));
    }
    value.text("path", secret.path);
    value.text("phase", secret.phase);
    value.list("restart", secret.restart);
    value.list("reload", secret.reload);
    if (secret.generate && secret.generate->starts_with('{')) {
        value.raw("generate", *secret.generate);
    } else {
        value.text("generate", secret.generate);
    }
    value.text("rotate_after", secret.rotate_after);
    if (secret.keep_previous) {
        value.raw("keep_previous", "true");
    }
    return with_member(text, "secrets", secret.name, value.str());
}

std::string without_secret(std::string_view text, std::string_view name) {
    return document::yaml_without_member(parse(text), {"secrets", std::string(name)});
}

}  // namespace bestow::policy
