/// Owners, modes, links, units and phases; audiences and overrides: what secrets and templates have in common.

#include "base/format.hpp"
#include "base/text.hpp"
#include "policy/reading.hpp"

#include <algorithm>
#include <array>

namespace bestow::policy {
namespace {

constexpr unsigned kPermissionBits = 0777;
constexpr unsigned kWorldWritable = 0002;
constexpr std::size_t kMaxLinkBytes = 4000;
constexpr std::size_t kMaxUnitBytes = 255;

/// What stands in the way of a mode's text, or its bits in `mode`.
std::optional<std::string> read_mode(std::string_view text, unsigned& mode) {
    std::string_view digits = text;
    if (digits.substr(0, 2) == "0o") {
        digits.remove_prefix(2);
    }
    const bool octal = !digits.empty() && digits.size() <= 5 &&
                       std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '7'; });
    if (!octal) {
        return format("'mode' is an octal number like \"0400\", not {}", quoted(text));
    }
    mode = static_cast<unsigned>(std::stoul(std::string(digits), nullptr, 8));
    if (mode > kPermissionBits) {
        return format("'mode' {} has set-id or sticky bits", text);
    }
    if ((mode & kWorldWritable) != 0) {
        return format("'mode' {} is writable by everybody", text);
    }
    return std::nullopt;
}

std::optional<std::string> owner_problem(std::string_view name) {
    const bool valid = !name.empty() && name.size() <= 64 && name.front() != '-' &&
                       std::all_of(name.begin(), name.end(),
                                   [](char c) { return c > ' ' && c < 0x7f && c != '/' && c != ':' && c != ','; });
    return valid ? std::nullopt : std::optional(format("{} is no name or number of an account", quoted(name)));
}

std::optional<std::string> link_problem(std::string_view path) {
    const std::vector<std::string_view> segments = split(path, '/');
    const bool normal = path.size() > 1 && path.size() <= kMaxLinkBytes && path.front() == '/' &&
                        std::none_of(segments.begin() + 1, segments.end(), [](std::string_view segment) {
                            return segment.empty() || segment == "." || segment == "..";
                        });
    const bool printable =
        std::none_of(path.begin(), path.end(), [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; });
    return normal && printable
               ? std::nullopt
               : std::optional(format("'path' is an absolute path without '.', '..' or '//', not {}", quoted(path)));
}

std::optional<std::string> unit_problem(std::string_view unit) {
    static constexpr std::array<std::string_view, 9> kinds = {".service", ".socket", ".target", ".timer", ".path",
                                                              ".mount",   ".swap",   ".slice",  ".scope"};
    const bool typed = std::any_of(kinds.begin(), kinds.end(), [&](std::string_view kind) {
        return unit.size() > kind.size() && unit.substr(unit.size() - kind.size()) == kind;
    });
    const bool clean = unit.size() <= kMaxUnitBytes && std::all_of(unit.begin(), unit.end(), [](char c) {
                           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                                  std::string_view("@._:\\-").find(c) != std::string_view::npos;
                       });
    if (typed && clean && unit.front() != '-') {
        return std::nullopt;
    }
    return format("{} is no unit's name with its type, like 'nginx.service'", quoted(unit));
}

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
