#pragma once
/// `.sops.yaml`: whom new documents are encrypted to, and what in them, by their path. Pure: text in, rules out. Read
/// as sops reads it: unknown keys are ignored, aliases and merge keys count, `destination_rules` are not for us.

#include "sops/metadata.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bestow::sops {

/// Whoever opens one share of the data key, or all of it where there is one group only.
struct RecipientGroup {
    std::vector<std::string> age;            ///< as written, in order, the same one twice where it stands twice
    std::vector<std::string> foreign_kinds;  ///< "pgp", "kms", ..., each once: bestow cannot encrypt to these
};

struct CreationRule {
    std::size_t line = 0;
    std::string path_regex;  ///< empty: fits every path
    /// One for the flat lists, else one for each of `key_groups`; a group may be empty, which nobody can encrypt to.
    std::vector<RecipientGroup> groups;
    std::size_t shamir_threshold = 0;      ///< 0: every group is needed
    std::optional<SelectorRule> selector;  ///< nullopt: none is given, which means `_unencrypted`
    bool mac_only_encrypted = false;
};

/// How sops would indent what it writes anew.
struct StoreIndents {
    std::size_t yaml = 4;
    std::optional<std::size_t> json;         ///< nullopt: a tab
    std::optional<std::size_t> json_binary;  ///< likewise
};

class CreationRules {
  public:
    /// Throws Error(Format) with line and column for what is not YAML, Error(Policy) with line for members of the wrong
    /// type: what sops refuses whatever the file, even to decrypt.
    static CreationRules parse(std::string text);
    CreationRules(CreationRules&&) noexcept;
    CreationRules& operator=(CreationRules&&) noexcept;
    ~CreationRules();

    /// Throws Error(Policy), naming the line, when any rule is wrong: an invalid regular expression, two selectors, a
    /// threshold that does not fit. bestow's own commands ask; sops finds these only in rules that it comes to, and so
    /// must the drop-in, or `.sops.yaml` files that work today would not.
    void check() const;

    /// False where `creation_rules` is missing or null: for sops there is no configuration then.
    [[nodiscard]] bool has_rules() const;

    /// The first rule that fits, or nullptr. `path` as `path_for_rules` makes it. Throws Error(Policy) for what is
    /// wrong in a rule on the way, as sops does.
    [[nodiscard]] const CreationRule* find_rule(std::string_view path) const;

    [[nodiscard]] const StoreIndents& indents() const;

  private:
    struct State;
    explicit CreationRules(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// What rules are matched against: the file's absolute path, relative to the folder of the `.sops.yaml` when it lies
/// below, else as it is. Links are not resolved.
std::string path_for_rules(std::string_view config_folder, std::string_view absolute_file);

/// Throws Error(Policy), naming line and kinds, when bestow cannot encrypt to everybody whom the rule names.
void check_own_recipients(const CreationRule& rule);

}  // namespace bestow::sops
