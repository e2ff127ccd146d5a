#include "sops/creation_rules.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "sops/config_reader.hpp"
#include "sops/expression.hpp"
#include "sops/selector.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace bestow::sops {
namespace {

using document::Node;

constexpr document::Limits kLimits = {std::size_t{1} << 20, 50, 200'000};
constexpr std::size_t kMostGroups = 255;  // a share's number has one byte

/// A kind of key that bestow does not have: its name in a rule, in a key group (empty: not there), and in messages.
struct ForeignKind {
    std::string_view in_rule;
    std::string_view in_group;
    std::string_view name;
};
constexpr std::array<ForeignKind, 6> kForeignKinds = {{
    {"pgp", "pgp", "pgp"},
    {"kms", "kms", "kms"},
    {"gcp_kms", "gcp_kms", "gcp_kms"},
    {"hckms", "hckms", "hckms"},
    {"azure_keyvault", "azure_keyvault", "azure_kv"},
    {"hc_vault_transit_uri", "hc_vault", "hc_vault"},
}};

/// What sops finds only when it comes to the rule.
using LaterProblem = std::optional<Error>;

[[noreturn]] void fail(std::size_t line, const std::string& problem) {
    throw Error(ErrorKind::Policy, format("line {}: {}", line, problem));
}

void add_foreign(RecipientGroup& group, std::string_view kind) {
    if (std::find(group.foreign_kinds.begin(), group.foreign_kinds.end(), kind) == group.foreign_kinds.end()) {
        group.foreign_kinds.emplace_back(kind);
    }
}

/// "a, b" as its parts, trimmed. sops tolerates empty ones in a flat list that is one text, and nowhere else.
enum class EmptyParts { Skip, Refuse };
void append_recipients(RecipientGroup& group, const std::string& list, EmptyParts empty) {
    for (const std::string_view part : split(list, ',')) {
        const std::string_view recipient = trim(part);
        if (!recipient.empty()) {
            group.age.emplace_back(recipient);
        } else if (empty == EmptyParts::Refuse) {
            throw Error(ErrorKind::Policy, "a recipient is empty");
        }
    }
}

/// `age: "a,b"` or `age: [a, b]`.
void read_flat_age(RecipientGroup& group, const ConfigMapping& rule) {
    const Node* const node = rule.find("age");
    if (node == nullptr) {
        return;
    }
    if (node->kind == document::Kind::String) {
        append_recipients(group, node->text, EmptyParts::Skip);
        return;
    }
    for (const std::string& item : rule.texts_or_text("age")) {
        append_recipients(group, item, EmptyParts::Refuse);
    }
}

std::string without_commas(std::string text) {
    std::replace(text.begin(), text.end(), ',', ' ');
    return text;
}

RecipientGroup read_flat_group(const ConfigMapping& rule) {
    RecipientGroup group;
    read_flat_age(group, rule);
    for (const ForeignKind& kind : kForeignKinds) {
        const std::vector<std::string> keys = rule.texts_or_text(kind.in_rule);
        if (!trim(without_commas(join(keys, ","))).empty()) {
            add_foreign(group, kind.name);
        }
    }
    return group;
}

/// What sops finds when it reads the file.
void check_types(const ConfigMapping& group) {
    for (const ConfigMapping& merged : group.mappings("merge")) {
        check_types(merged);
    }
    (void)group.texts("age");
    for (const ForeignKind& kind : kForeignKinds) {
        (void)group.has_items(kind.in_group);
    }
}

/// With those of `merge` first, nobody twice.
RecipientGroup read_group(const ConfigMapping& mapping) {
    RecipientGroup group;
    for (const ConfigMapping& merged : mapping.mappings("merge")) {
        const RecipientGroup other = read_group(merged);
        group.age.insert(group.age.end(), other.age.begin(), other.age.end());
        for (const std::string& kind : other.foreign_kinds) {
            add_foreign(group, kind);
        }
    }
    for (const std::string& item : mapping.texts("age")) {
        if (!item.empty()) {
            append_recipients(group, item, EmptyParts::Refuse);
        }
    }
    for (const ForeignKind& kind : kForeignKinds) {
        if (mapping.has_items(kind.in_group)) {
            add_foreign(group, kind.name);
        }
    }
    std::vector<std::string> unique;
    for (std::string& recipient : group.age) {
        if (std::find(unique.begin(), unique.end(), recipient) == unique.end()) {
            unique.push_back(std::move(recipient));
        }
    }
    group.age = std::move(unique);
    return group;
}

void check_threshold(const CreationRule& rule, std::int64_t threshold) {
    const std::size_t groups = rule.groups.size();
    if (threshold < 0) {
        fail(rule.line, "shamir_threshold is below zero");
    }
    if (groups > kMostGroups) {
        fail(rule.line, format("the rule has {} key groups; at most {} are possible", groups, kMostGroups));
    }
    if (groups > 1 && (threshold == 1 || rule.shamir_threshold > groups)) {
        fail(rule.line,
             format("shamir_threshold is {}, but has to be from 2 to {}, the number of key groups", threshold, groups));
    }
}

constexpr std::array<SelectorKind, 6> kSelectors = {
    SelectorKind::UnencryptedSuffix, SelectorKind::EncryptedSuffix,         SelectorKind::UnencryptedRegex,
    SelectorKind::EncryptedRegex,    SelectorKind::UnencryptedCommentRegex, SelectorKind::EncryptedCommentRegex};

/// What makes a rule unusable, in upstream's order: selectors, keys; and the threshold.
LaterProblem read_rest(CreationRule& rule, const ConfigMapping& mapping) {
    LaterProblem problem;
    const auto note = [&problem, &rule](const auto& action) {
        try {
            action();
        } catch (Error& error) {
            if (!error.message().starts_with("line ")) {
                error = Error(error.kind(), format("line {}: {}", rule.line, error.message()));
            }
            problem = problem ? problem : LaterProblem(error);
        }
    };
    std::size_t selectors = 0;
    for (const SelectorKind kind : kSelectors) {
        const std::string pattern = mapping.text(selector_name(kind));
        if (!pattern.empty()) {
            rule.selector = SelectorRule{kind, pattern};
            ++selectors;
            note([&rule] { (void)Selector(*rule.selector); });
        }
    }
    if (selectors > 1) {
        note([&rule, selectors] {
            fail(rule.line,
                 format("the rule has {} selectors of what is encrypted; at most one may be there", selectors));
        });
    }
    const std::vector<ConfigMapping> groups = mapping.mappings("key_groups");
    for (const ConfigMapping& group : groups) {
        check_types(group);
        note([&rule, &group] { rule.groups.push_back(read_group(group)); });
    }
    if (groups.empty()) {
        note([&rule, &mapping] { rule.groups.push_back(read_flat_group(mapping)); });
    }
    const std::int64_t threshold = mapping.integer("shamir_threshold").value_or(0);
    rule.shamir_threshold = threshold < 0 ? 0 : static_cast<std::size_t>(threshold);
    note([&rule, threshold] { check_threshold(rule, threshold); });
    return problem;
}

std::optional<std::size_t> read_json_indent(const ConfigMapping& stores, std::string_view store) {
    const std::optional<ConfigMapping> settings = stores.mapping(store);
    const std::int64_t indent = settings ? settings->integer("indent").value_or(-1) : -1;
    if (indent < -1 || indent > 100) {
        fail(settings->line(),
             format("stores.{}.indent is {}; it has to be from -1, which is a tab, to 100", store, indent));
    }
    return indent < 0 ? std::nullopt : std::optional(static_cast<std::size_t>(indent));
}

StoreIndents read_indents(const ConfigMapping& root) {
    StoreIndents indents;
    const std::optional<ConfigMapping> stores = root.mapping("stores");
    if (!stores) {
        return indents;
    }
    const std::optional<ConfigMapping> yaml = stores->mapping("yaml");
    const std::int64_t indent = yaml ? yaml->integer("indent").value_or(0) : 0;
    if (indent < 0 || indent > 100) {
        fail(yaml->line(), format("stores.yaml.indent is {}; it has to be from 0, which is 4, to 100", indent));
    }
    indents.yaml = indent == 0 ? indents.yaml : static_cast<std::size_t>(indent);
    indents.json = read_json_indent(*stores, "json");
    indents.json_binary = read_json_indent(*stores, "json_binary");
    return indents;
}

}  // namespace

struct CreationRules::State {
    struct Entry {
        CreationRule rule;
        std::optional<Expression> path;
        LaterProblem path_problem;
        LaterProblem problem;
    };
    std::vector<Entry> entries;
    bool has_rules = false;
    StoreIndents indents;

    void add(const ConfigMapping& mapping) {
        Entry entry;
        entry.rule.line = mapping.line();
        entry.rule.path_regex = mapping.text("path_regex");
        entry.rule.mac_only_encrypted = mapping.boolean("mac_only_encrypted");
        try {
            if (!entry.rule.path_regex.empty()) {
                entry.path.emplace("path_regex", entry.rule.path_regex);
            }
        } catch (const Error& error) {
            entry.path_problem =
                Error(ErrorKind::Policy, format("line {}: {}", mapping.line_of("path_regex"), error.message()));
        }
        entry.problem = read_rest(entry.rule, mapping);
        entries.push_back(std::move(entry));
    }
};

CreationRules::CreationRules(std::unique_ptr<State> state) : state_(std::move(state)) {}
CreationRules::CreationRules(CreationRules&&) noexcept = default;
CreationRules& CreationRules::operator=(CreationRules&&) noexcept = default;
CreationRules::~CreationRules() = default;

CreationRules CreationRules::parse(std::string text) {
    const document::Document document = document::parse_yaml(std::move(text), document::Aliases::Expand, kLimits);
    auto state = std::make_unique<State>();
    // yaml.v3 reads the first document only, and takes an empty one.
    if (!document.roots.empty() && document.roots.front().kind != document::Kind::Null) {
        const ConfigMapping root(document.roots.front(), "the configuration");
        state->has_rules = root.find("creation_rules") != nullptr;
        for (const ConfigMapping& rule : root.mappings("creation_rules")) {
            state->add(rule);
        }
        state->indents = read_indents(root);
    }
    return CreationRules(std::move(state));
}

void CreationRules::check() const {
    for (const State::Entry& entry : state_->entries) {
        for (const LaterProblem* problem : {&entry.path_problem, &entry.problem}) {
            if (*problem) {
                throw Error(**problem);
            }
        }
    }
}

bool CreationRules::has_rules() const {
    return state_->has_rules;
}

const CreationRule* CreationRules::find_rule(std::string_view path) const {
    for (const State::Entry& entry : state_->entries) {
        if (entry.path_problem) {
            throw Error(*entry.path_problem);
        }
        if (!entry.path || entry.path->matches(path)) {
            if (entry.problem) {
                throw Error(*entry.problem);
            }
            return &entry.rule;
        }
    }
    return nullptr;
}

const StoreIndents& CreationRules::indents() const {
    return state_->indents;
}

std::string path_for_rules(std::string_view config_folder, std::string_view absolute_file) {
    std::string folder(config_folder);
    if (folder.empty() || folder.back() != '/') {
        folder += '/';
    }
    const bool below = absolute_file.starts_with(folder);
    return std::string(below ? absolute_file.substr(folder.size()) : absolute_file);
}

void check_own_recipients(const CreationRule& rule) {
    std::vector<std::string> kinds;
    for (const RecipientGroup& group : rule.groups) {
        for (const std::string& kind : group.foreign_kinds) {
            if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) {
                kinds.push_back(kind);
            }
        }
        if (group.age.empty() && group.foreign_kinds.empty()) {
            fail(rule.line, rule.groups.size() > 1 ? "a key group of the rule names nobody"
                                                   : "the rule names nobody to encrypt to");
        }
    }
    if (!kinds.empty()) {
        throw Error(ErrorKind::Policy,
                    format("line {}: the rule names keys of the kind {}, which bestow does not have", rule.line,
                           join(kinds, ", ")),
                    "sops itself encrypts to these");
    }
}

}  // namespace bestow::sops
