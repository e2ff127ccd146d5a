/// `secrets:`.

#include "base/format.hpp"
#include "base/text.hpp"
#include "policy/reading.hpp"
#include "policy/source.hpp"

#include <algorithm>

namespace bestow::policy {
namespace {

using document::Node;

std::vector<std::string> secret_keys() {
    std::vector<std::string> keys = placement_keys();
    keys.insert(keys.end(),
                {"to", "except", "per", "file", "key", "as", "overrides", "generate", "rotate_after", "keep_previous"});
    return keys;
}

/// A list's item: a text is a mapping's key, a number is a place in a list.
std::optional<document::PathElement> path_element(const Node& item) {
    if (item.kind == document::Kind::String && !item.text.empty()) {
        return document::PathElement(item.text);
    }
    const bool index = item.kind == document::Kind::Integer && item.text.size() <= 9 &&
                       std::all_of(item.text.begin(), item.text.end(), [](char c) { return c >= '0' && c <= '9'; });
    return index ? std::optional(document::PathElement(std::size_t{std::stoul(item.text)})) : std::nullopt;
}

std::optional<document::KeyPath> read_key(Fields& fields) {
    const Node* node = fields.find("key");
    if (node == nullptr) {
        return std::nullopt;
    }
    if (node->kind != document::Kind::Sequence) {
        const std::optional<std::string> text = fields.text("key");
        if (text && *text != "." && (text->front() == '/' || text->back() == '/' || text->find("//") != text->npos)) {
            fields.problem("key", format("'key' has an empty segment in {}", quoted(*text)));
        }
        return text ? std::optional(parse_key_text(*text)) : std::nullopt;
    }
    document::KeyPath path;
    for (const document::Child& child : node->children) {
        if (child.node() == nullptr) {
            continue;
        }
        if (const auto element = path_element(*child.node())) {
            path.push_back(*element);
        } else {
            fields.problem("key", "'key' is a text or a list of texts and numbers");
        }
    }
    if (path.empty()) {
        fields.problem("key", "'key' is empty; \".\" is the whole document");
    }
    return path;
}

std::optional<std::string> read_file(Fields& fields, const std::string& per) {
    std::optional<std::string> file = fields.text("file");
    if (!file) {
        return std::nullopt;
    }
    std::string plain = *file;
    const std::string mark = "{" + per + "}";
    const std::size_t at = per.empty() ? std::string::npos : plain.find(mark);
    if (at != std::string::npos) {
        plain.replace(at, mark.size(), per);
    } else if (!per.empty()) {
        fields.problem("file", format("'file' has no {} in it, so everybody's value would be the same", quoted(mark)));
        return std::nullopt;
    }
    if (const auto problem = secret_file_problem(plain)) {
        fields.problem("file", format("'file' {}: {}", quoted(*file), *problem));
        return std::nullopt;
    }
    return file;
}

std::optional<As> read_as(Fields& fields) {
    const std::vector<std::string> words = {"raw", "yaml", "json", "env"};
    const std::optional<std::string> word = fields.one_of("as", words);
    if (!word) {
        return std::nullopt;
    }
    return static_cast<As>(std::find(words.begin(), words.end(), *word) - words.begin());
}

void check_key(Fields& fields, const Secret& secret) {
    if (const auto problem = key_problem(key_of(secret))) {
        fields.problem("key", *problem);
    }
}

void read_secret(Reading& reading, const std::string& file, const Member& member) {
    Fields fields(reading, {file, member.value, format("secret {}", quoted(member.name.text))}, secret_keys());
    Secret secret;
    secret.name = member.name.text;
    secret.origin = member.name.origin;
    if (const auto problem = secret_name_problem(secret.name)) {
        reading.problems.add(secret.origin,
                             format("secret {}: the name cannot be used: {}", quoted(secret.name), *problem));
    }
    if (const Secret* other = reading.policy.find_secret(secret.name)) {
        reading.problems.add(secret.origin, format("secret {} is declared twice, the first time at {}",
                                                   quoted(secret.name), to_text(other->origin)));
    }
    secret.to = read_audience(reading, fields);
    secret.per = fields.text("per").value_or("");
    if (!secret.per.empty() && secret.per != "host") {
        reading.per_variables[secret.name] = fields.origin("per");
    }
    secret.file = read_file(fields, secret.per);
    secret.key = read_key(fields);
    secret.as = read_as(fields);
    secret.placement = read_placement(fields);
    secret.overrides = read_overrides(reading, fields);
    check_key(fields, secret);
    read_generate(reading, fields, secret);
    reading.policy.secrets.push_back(std::move(secret));
}

}  // namespace

void read_secrets(Reading& reading, const std::string& file, const Node& section) {
    for_each_member(reading, file, section, [&](const Member& member) { read_secret(reading, file, member); });
}

}  // namespace bestow::policy
