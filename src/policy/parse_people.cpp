/// `roles:`, `hosts:` and `operators:`: the one namespace, and public keys.

#include "age/age.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "policy/date.hpp"
#include "policy/reading.hpp"

#include <algorithm>

namespace bestow::policy {

bool is_date(std::string_view text) {
    constexpr std::string_view shape = "dddd-dd-dd";
    if (text.size() != shape.size()) {
        return false;
    }
    for (std::size_t i = 0; i < shape.size(); ++i) {
        const bool digit = text[i] >= '0' && text[i] <= '9';
        if (shape[i] == 'd' ? !digit : text[i] != shape[i]) {
            return false;
        }
    }
    const auto number = [&](std::size_t at) { return (text[at] - '0') * 10 + text[at + 1] - '0'; };
    const int year = number(0) * 100 + number(2);
    const int month = number(5);
    constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month >= 1 && month <= 12 && number(8) >= 1 &&
           number(8) <= days[month - 1] + (is_leap && month == 2 ? 1 : 0);
}

namespace {

using document::Node;

/// An SSH key line's third word and what follows it.
std::string comment_of(std::string_view key) {
    std::string_view rest = trim(key);
    for (int word = 0; word < 2; ++word) {
        const std::size_t end = rest.find_first_of(" \t");
        if (end == std::string_view::npos) {
            return {};
        }
        rest = trim(rest.substr(end));
    }
    return std::string(rest);
}

/// Adds the key unless its text is none.
void append_key(Reading& reading, std::vector<Key>& keys, const Word& text, std::optional<std::string> until) {
    try {
        Key key{age::normalize_recipient(text.text), comment_of(text.text), std::move(until), text.origin};
        (void)age::recipient_as_x25519(key.recipient);
        keys.push_back(std::move(key));
    } catch (const Error& error) {
        reading.problems.add(text.origin, error.message());
    }
}

void append_dated_key(Reading& reading, const Fields::Source& source, std::vector<Key>& keys) {
    Fields fields(reading, source, {"key", "until"});
    const auto text = fields.text("key");
    auto until = fields.text("until");
    if (until && !is_date(*until)) {
        fields.problem("until", format("'until' is a date like 2027-03-01, not {}", quoted(*until)));
        until.reset();
    }
    if (text) {
        append_key(reading, keys, {*text, fields.origin("key")}, until);
    } else if (fields.find("key") == nullptr) {
        fields.problem("key", "a key that is a mapping has 'key' and 'until'");
    }
}

std::vector<Key> read_keys(Reading& reading, Fields& fields) {
    std::vector<Key> keys;
    const Node* list = fields.find("keys");
    const auto take = [&](const Node& item) {
        if (item.kind == document::Kind::Mapping) {
            append_dated_key(reading, {fields.file(), item, "a key of " + fields.what()}, keys);
        } else if (item.kind == document::Kind::String) {
            append_key(reading, keys, {item.text, {fields.file(), item.at}}, std::nullopt);
        } else {
            reading.problems.add({fields.file(), item.at}, format("{}: a key is a text or a mapping", fields.what()));
        }
    };
    if (list != nullptr && list->kind == document::Kind::Sequence) {
        for (const document::Child& child : list->children) {
            if (child.node() != nullptr) {
                take(*child.node());
            }
        }
    } else if (list != nullptr) {
        take(*list);
    }
    const bool none =
        list == nullptr || (list->kind == document::Kind::Sequence &&
                            std::none_of(list->children.begin(), list->children.end(),
                                         [](const document::Child& child) { return child.node() != nullptr; }));
    if (none) {
        fields.problem("keys", "it has no keys");
    }
    return keys;
}

void read_variables(Reading& reading, Fields& fields, Host& host) {
    const Node* section = fields.find("vars");
    if (section == nullptr) {
        return;
    }
    for_each_member(reading, fields.file(), *section, [&](const Member& member) {
        const std::string& name = member.name.text;
        if (!is_variable_name(name) || name == "host") {
            reading.problems.add(member.name.origin,
                                 format("{}: a variable cannot be called {}{}", fields.what(), quoted(name),
                                        name == "host" ? "; 'per: host' means the host's name" : ""));
        } else if (!member.value.is_scalar() || member.value.kind == document::Kind::Null) {
            reading.problems.add(member.name.origin,
                                 format("{}: the variable {} has to be a text", fields.what(), quoted(name)));
        } else {
            host.vars[name] = member.value.text;
        }
    });
}

}  // namespace

void read_roles(Reading& reading, const std::string& file, const Node& section) {
    for_each_member(reading, file, section, [&](const Member& member) {
        reading.declare(NameKind::Role, member.name);
        std::vector<std::string>& members = reading.policy.roles[member.name.text];
        if (member.value.kind == document::Kind::Null) {
            return;
        }
        for (const Word& word : read_words(reading, file, member.value, format("role {}", quoted(member.name.text)))) {
            reading.mention(word, {NameKind::Role, NameKind::Host});
            members.push_back(word.text);
        }
    });
}

void read_hosts(Reading& reading, const std::string& file, const Node& section) {
    for_each_member(reading, file, section, [&](const Member& member) {
        Fields fields(reading, {file, member.value, format("host {}", quoted(member.name.text))},
                      {"keys", "roles", "vars"});
        reading.declare(NameKind::Host, member.name);
        Host host;
        host.name = member.name.text;
        host.origin = member.name.origin;
        host.keys = read_keys(reading, fields);
        for (const Word& role : fields.words("roles")) {
            reading.mention(role, {NameKind::Role});
            host.roles.push_back(role.text);
        }
        read_variables(reading, fields, host);
        reading.policy.hosts.push_back(std::move(host));
    });
}

void read_operators(Reading& reading, const std::string& file, const Node& section) {
    for_each_member(reading, file, section, [&](const Member& member) {
        Fields fields(reading, {file, member.value, format("operator {}", quoted(member.name.text))},
                      {"keys", "groups", "access", "recovery"});
        reading.declare(NameKind::Operator, member.name);
        Operator one;
        one.name = member.name.text;
        one.origin = member.name.origin;
        one.keys = read_keys(reading, fields);
        for (const Word& group : fields.words("groups")) {
            reading.declare(NameKind::Group, group);
            one.groups.push_back(group.text);
        }
        one.listed = fields.one_of("access", {"listed"}).has_value();
        one.recovery = fields.flag("recovery").value_or(false);
        if (one.listed && one.recovery) {
            fields.problem("recovery", "'recovery: true' is on every file, 'access: listed' only on listed ones");
        }
        reading.policy.operators.push_back(std::move(one));
    });
}

}  // namespace bestow::policy
