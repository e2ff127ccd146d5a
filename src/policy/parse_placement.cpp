/// Owners, modes, links, units and phases; audiences and overrides: what secrets and templates have in common.

#include "base/format.hpp"
#include "base/text.hpp"
#include "policy/field_rules.hpp"
#include "policy/reading.hpp"

namespace bestow::policy {
namespace {

std::optional<std::string> checked(Fields& fields, std::string_view key,
                                   std::optional<std::string> (*problem_of)(std::string_view)) {
    std::optional<std::string> value = fields.text(key);
    if (value) {
        if (const auto problem = problem_of(*value)) {
            fields.problem(key, format("'{}': {}", key, *problem));
            return std::nullopt;
        }
    }
    return value;
}

std::optional<std::vector<std::string>> units(Fields& fields, std::string_view key) {
    std::optional<std::vector<std::string>> names = fields.texts(key);
    for (const std::string& name : names.value_or(std::vector<std::string>())) {
        if (const auto problem = unit_problem(name)) {
            fields.problem(key, *problem);
        }
    }
    return names;
}

/// "a+b" to its names, each checked later.
std::vector<std::string> read_clause(Reading& reading, const Word& word) {
    std::vector<std::string> names;
    for (const std::string_view name : split(word.text, '+')) {
        names.emplace_back(trim(name));
        reading.mention({names.back(), word.origin}, {NameKind::Host, NameKind::Role, NameKind::All});
    }
    return names;
}

}  // namespace

const std::vector<std::string>& placement_keys() {
    static const std::vector<std::string> keys = {"owner", "group", "mode", "path", "restart", "reload", "phase"};
    return keys;
}

Placement read_placement(Fields& fields) {
    Placement placement;
    placement.owner = checked(fields, "owner", owner_problem);
    placement.group = checked(fields, "group", owner_problem);
    placement.restart = units(fields, "restart");
    placement.reload = units(fields, "reload");
    if (std::optional<std::string> path = fields.text("path")) {
        if (const auto problem = link_problem(*path)) {
            fields.problem("path", *problem);
        } else {
            placement.path = std::move(path);
        }
    }
    if (const auto phase = fields.one_of("phase", {"early", "main"})) {
        placement.phase = *phase == "early" ? Phase::Early : Phase::Main;
    }
    if (const auto text = fields.text("mode")) {
        unsigned mode = 0;
        if (const auto problem = read_mode(*text, mode)) {
            fields.problem("mode", *problem);
        } else {
            placement.mode = mode;
        }
    }
    return placement;
}

std::map<std::string, Placement> read_overrides(Reading& reading, Fields& fields) {
    std::map<std::string, Placement> overrides;
    if (const document::Node* section = fields.find("overrides")) {
        for_each_member(reading, fields.file(), *section, [&](const Member& member) {
            reading.mention(member.name, {NameKind::Host, NameKind::Role});
            Fields own(
                reading,
                {fields.file(), member.value, format("{}, overrides for {}", fields.what(), quoted(member.name.text))},
                placement_keys());
            overrides[member.name.text] = read_placement(own);
        });
    }
    return overrides;
}

Audience read_audience(Reading& reading, Fields& fields) {
    Audience audience;
    for (const Word& word : fields.words("to")) {
        audience.any_of_all.push_back(read_clause(reading, word));
    }
    for (const Word& word : fields.words("except")) {
        audience.except.push_back(read_clause(reading, word));
    }
    return audience;
}

void read_defaults(Reading& reading, const std::string& file, const document::Node& section) {
    Fields fields(reading, {file, section, "defaults"}, {"owner", "group", "mode", "restart", "reload", "phase"});
    reading.policy.defaults = read_placement(fields);
}

}  // namespace bestow::policy
