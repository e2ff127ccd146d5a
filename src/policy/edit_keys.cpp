/// Edits of the keys of a host or an operator, in whatever notation they stand.

#include "age/age.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "document/edit.hpp"
#include "document/yaml.hpp"
#include "policy/edit.hpp"

#include <algorithm>
#include <set>

namespace bestow::policy {
namespace {

using document::Document;
using document::Kind;
using document::Node;
using document::Span;
using document::Style;

Document parse(std::string_view text) {
    return document::parse_yaml(std::string(text), document::Aliases::Refuse);
}

std::string scalar(const std::string& key) {
    return document::emit_yaml_string(trim(key), true);
}

std::string dated(const std::string& key, const std::string& until) {
    return format("{{key: {}, until: {}}}", scalar(key), until);
}

const Node* find_keys(const Document& document, std::string_view section, std::string_view name) {
    const Node* node = document.roots.empty() ? nullptr : document.roots.front().find(section);
    node = node != nullptr ? node->find(name) : nullptr;
    return node != nullptr ? node->find("keys") : nullptr;
}

/// One entry of `keys:`.
struct Entry {
    const Node* node;  ///< the item: a text, or a mapping with `key` and `until`
    std::string text;
    std::string recipient;  ///< empty for what is no key
    std::string until;      ///< empty without a date
};

Entry entry_of(const Node& item) {
    const Node* key = item.kind == Kind::Mapping ? item.find("key") : &item;
    const Node* until = item.kind == Kind::Mapping ? item.find("until") : nullptr;
    Entry entry{&item, key != nullptr ? key->text : "", "", until != nullptr ? until->text : ""};
    try {
        entry.recipient = age::normalize_recipient(entry.text);
    } catch (const Error&) {
        entry.recipient.clear();  // the policy's parser says what is wrong with it
    }
    return entry;
}

std::vector<Entry> entries_of(const Node* keys) {
    std::vector<Entry> entries;
    if (keys != nullptr && keys->kind == Kind::Sequence) {
        for (const document::Child& child : keys->children) {
            if (child.node() != nullptr) {
                entries.push_back(entry_of(*child.node()));
            }
        }
    } else if (keys != nullptr && keys->kind != Kind::Null) {
        entries.push_back(entry_of(*keys));
    }
    return entries;
}

/// What belongs to an item up to its last byte: a block mapping's span may run on to what follows.
Span tight(const std::string& text, Span span) {
    const std::size_t last = text.find_last_not_of(" \t\r\n", span.end - 1);
    return {span.begin, std::max<std::size_t>(span.begin, last + 1)};
}

/// `items` in the place of one item, the further ones behind it, in the list's own style.
std::string with_items_at(const Document& document, const Node& keys, const Node& item,
                          const std::vector<std::string>& items) {
    const std::string& text = document.text;
    document::Splices splices;
    const Span place = tight(text, item.span);
    if (keys.kind != Kind::Sequence) {
        const bool one = items.size() == 1 && items.front().front() != '{';
        splices.replace(place, one ? items.front() : format("[{}]", join(items, ", ")));
        return splices.apply(text);
    }
    if (keys.style == Style::Flow) {
        splices.replace(place, join(items, ", "));
        return splices.apply(text);
    }
    splices.replace(place, items.front());
    const std::size_t newline = text.rfind('\n', place.begin);
    const std::size_t line = newline == std::string::npos ? 0 : newline + 1;
    const std::string lead = text.substr(line, text.find('-', line) - line);
    std::size_t end = std::min(text.find('\n', place.end), text.size());
    end -= end > place.end && text[end - 1] == '\r' ? 1 : 0;
    std::string more;
    for (std::size_t i = 1; i < items.size(); ++i) {
        more += format("{}{}- {}", document::line_ending_of(text), lead, items[i]);
    }
    if (!more.empty()) {
        splices.replace({end, end}, more);
    }
    return splices.apply(text);
}

std::size_t index_of(const std::vector<Entry>& entries, const std::string& recipient) {
    const auto found =
        std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.recipient == recipient; });
    return static_cast<std::size_t>(found - entries.begin());
}

/// The keys of a replacement that do not stand there yet, in order.
std::vector<std::string> missing_keys(const std::vector<Entry>& entries, const std::vector<std::string>& keys) {
    std::vector<std::string> missing;
    for (const std::string& key : keys) {
        if (index_of(entries, age::normalize_recipient(key)) == entries.size()) {
            missing.push_back(scalar(key));
        }
    }
    return missing;
}

/// A key that comes again loses its date.
std::string without_date(const std::string& text, const KeyReplacement& replacement, const std::string& key) {
    const Document document = parse(text);
    const Node* keys = find_keys(document, replacement.section, replacement.name);
    const std::vector<Entry> entries = entries_of(keys);
    const std::size_t index = index_of(entries, age::normalize_recipient(key));
    if (index == entries.size() || entries[index].node->kind != Kind::Mapping) {
        return text;
    }
    return with_items_at(document, *keys, *entries[index].node, {scalar(entries[index].text)});
}

std::string with_old_key_replaced(const std::string& text, const KeyReplacement& replacement) {
    const Document document = parse(text);
    const Node* keys = find_keys(document, replacement.section, replacement.name);
    const std::vector<Entry> entries = entries_of(keys);
    if (entries.empty()) {
        return text;
    }
    std::vector<std::string> items = missing_keys(entries, replacement.keys);
    const std::size_t old = index_of(entries, replacement.old_recipient);
    if (old == entries.size()) {
        if (items.empty()) {
            return text;
        }
        const std::size_t last = entries.size() - 1;
        const Node& item = *entries[last].node;
        const Span span = tight(text, item.span);
        items.insert(items.begin(), text.substr(span.begin, span.end - span.begin));
        return with_items_at(document, *keys, item, items);
    }
    if (!replacement.until.empty() && entries[old].until == replacement.until) {
        const Span span = tight(text, entries[old].node->span);
        items.insert(items.begin(), text.substr(span.begin, span.end - span.begin));
    } else if (!replacement.until.empty()) {
        items.insert(items.begin(), dated(entries[old].text, replacement.until));
    }
    if (items.empty()) {
        return document::yaml_without_value_at(document,
                                               {replacement.section, replacement.name, std::string("keys"), old});
    }
    return with_items_at(document, *keys, *entries[old].node, items);
}

}  // namespace

std::string with_replaced_key(std::string_view text, const KeyReplacement& replacement) {
    std::string result(text);
    for (const std::string& key : replacement.keys) {
        result = without_date(result, replacement, key);
    }
    return with_old_key_replaced(result, replacement);
}

std::vector<std::string> declared_keys(std::string_view text, std::string_view section, std::string_view name) {
    const Document document = parse(text);
    std::vector<std::string> keys;
    for (const Entry& entry : entries_of(find_keys(document, section, name))) {
        keys.push_back(entry.text);
    }
    return keys;
}

}  // namespace bestow::policy
