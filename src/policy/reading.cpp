#include "policy/reading.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "policy/audience.hpp"

#include <algorithm>

namespace bestow::policy {
namespace {

using document::Node;

const document::Child* find_child(const Node& node, std::string_view key) {
    for (const document::Child& child : node.children) {
        if (child.node() != nullptr && child.key == key) {
            return &child;
        }
    }
    return nullptr;
}

}  // namespace

std::string_view kind_name(NameKind kind) {
    switch (kind) {
        case NameKind::Host:
            return "host";
        case NameKind::Role:
            return "role";
        case NameKind::Operator:
            return "operator";
        case NameKind::Group:
            return "group";
        case NameKind::All:
            break;
    }
    return "name of all hosts";
}

void Reading::declare(NameKind kind, const Word& name) {
    if (const auto problem = name_problem(name.text)) {
        problems.add(name.origin, format("{} {}: {}", kind_name(kind), quoted(name.text), *problem));
        return;
    }
    const auto [there, is_new] = names.try_emplace(name.text, kind, name.origin);
    if (is_new || (kind == NameKind::Group && there->second.first == kind)) {
        return;
    }
    problems.add(name.origin, format("{} {} has the name of the {} at {}; hosts, roles, operators and groups share one "
                                     "namespace",
                                     kind_name(kind), quoted(name.text), kind_name(there->second.first),
                                     to_text(there->second.second)));
}

Fields::Fields(Reading& reading, Source source, const std::vector<std::string>& known)
    : reading_(reading), source_(std::move(source)) {
    const Node& node = source_.node;
    if (node.kind == document::Kind::Null) {
        return;
    }
    if (node.kind != document::Kind::Mapping) {
        reading.problems.add({source_.file, node.at}, format("{} has to be a mapping", source_.what));
        return;
    }
    for (const document::Child& child : node.children) {
        if (child.node() == nullptr || std::find(known.begin(), known.end(), child.key) != known.end()) {
            continue;
        }
        std::string message = format("unknown key {} in {}", quoted(child.key), source_.what);
        const Origin origin{source_.file, child.key_at};
        if (reading.strictness == Strictness::Host) {
            reading.policy.warnings.push_back(format("{}: {}", to_text(origin), message));
        } else {
            reading.problems.add(origin, message + did_you_mean(child.key, known));
        }
    }
}

const Node* Fields::find(std::string_view key) const {
    const document::Child* child =
        source_.node.kind == document::Kind::Mapping ? find_child(source_.node, key) : nullptr;
    return child != nullptr ? child->node() : nullptr;
}

Origin Fields::origin(std::string_view key) const {
    const document::Child* child =
        source_.node.kind == document::Kind::Mapping ? find_child(source_.node, key) : nullptr;
    return {source_.file, child != nullptr ? child->key_at : source_.node.at};
}

void Fields::problem(std::string_view key, std::string message) {
    const bool is_whole_file = source_.what == source_.file;  // which the place names already
    reading_.problems.add(origin(key), is_whole_file ? std::move(message) : format("{}: {}", source_.what, message));
}

std::optional<std::string> Fields::text(std::string_view key) {
    const Node* node = find(key);
    if (node == nullptr) {
        return std::nullopt;
    }
    if (!node->is_scalar() || node->kind == document::Kind::Null || node->text.empty()) {
        problem(key, format("{} has to be a text", quoted(key)));
        return std::nullopt;
    }
    return node->text;
}

std::optional<std::string> Fields::one_of(std::string_view key, const std::vector<std::string>& words) {
    std::optional<std::string> value = text(key);
    if (value && std::find(words.begin(), words.end(), *value) == words.end()) {
        problem(key, format("{} is one of {}, not {}{}", quoted(key), join(words, ", "), quoted(*value),
                            did_you_mean(*value, words)));
        return std::nullopt;
    }
    return value;
}

std::optional<bool> Fields::flag(std::string_view key) {
    const Node* node = find(key);
    if (node == nullptr) {
        return std::nullopt;
    }
    if (node->kind != document::Kind::Boolean) {
        problem(key, format("{} is true or false", quoted(key)));
        return std::nullopt;
    }
    return node->text == "true" || node->text == "True" || node->text == "TRUE";
}

std::vector<Word> Fields::words(std::string_view key) {
    const Node* node = find(key);
    return node == nullptr ? std::vector<Word>()
                           : read_words(reading_, source_.file, *node, format("{}: {}", source_.what, quoted(key)));
}

std::optional<std::vector<std::string>> Fields::texts(std::string_view key) {
    if (find(key) == nullptr) {
        return std::nullopt;
    }
    std::vector<std::string> result;
    for (Word& word : words(key)) {
        result.push_back(std::move(word.text));
    }
    return result;
}

std::vector<Word> read_words(Reading& reading, const std::string& file, const Node& node, const std::string& what) {
    std::vector<Word> words;
    const auto take = [&](const Node& item) {
        if (!item.is_scalar() || item.kind == document::Kind::Null || item.text.empty()) {
            reading.problems.add({file, item.at}, format("{} is a list of texts", what));
        } else {
            words.push_back({item.text, {file, item.at}});
        }
    };
    if (node.kind != document::Kind::Sequence) {
        take(node);
        return words;
    }
    for (const document::Child& child : node.children) {
        if (child.node() != nullptr) {
            take(*child.node());
        }
    }
    return words;
}

void for_each_member(Reading& reading, const std::string& file, const Node& section,
                     const std::function<void(const Member&)>& each) {
    if (section.kind == document::Kind::Null) {
        return;
    }
    if (section.kind != document::Kind::Mapping) {
        reading.problems.add({file, section.at}, "this section has to be a mapping of names");
        return;
    }
    for (const document::Child& child : section.children) {
        if (child.node() != nullptr) {
            each({{child.key, {file, child.key_at}}, *child.node()});
        }
    }
}

}  // namespace bestow::policy
