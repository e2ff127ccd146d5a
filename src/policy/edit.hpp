#pragma once
/// Lossless edits of bestow.yaml's text, one a command. Each takes the old text and gives the new one; comments and
/// layout are kept. The caller parses the result again before it is written. What declares a name throws Error(Policy)
/// when the text declares it already; a host or an operator who stands there just so leaves the text as it is.

#include "policy/policy.hpp"

namespace bestow::policy {

std::string new_policy_text(std::string_view operator_name, const std::vector<std::string>& operator_keys);

struct NewHost {
    std::string name;
    std::vector<std::string> keys;
    std::vector<std::string> roles;
    std::map<std::string, std::string> vars;
};
std::string with_host(std::string_view text, const NewHost& host);
/// Also takes the host out of every list and every `overrides:` that names it; a list may become empty. `text` may be
/// an included file that names the host but does not declare it.
std::string without_host(std::string_view text, std::string_view name);

struct NewOperator {
    std::string name;
    std::vector<std::string> keys;
    std::vector<std::string> groups;
    bool listed = false;
    bool recovery = false;
};
std::string with_operator(std::string_view text, const NewOperator& declared);
/// Also takes the operator out of `access:`.
std::string without_operator(std::string_view text, std::string_view name);

struct KeyReplacement {
    std::string section;  ///< "hosts" or "operators"
    std::string name;
    std::string old_recipient;      ///< normal form; empty: the new ones only come to those that are there
    std::vector<std::string> keys;  ///< in the old one's place; those that stand there already stay where they are
    std::string until;              ///< the old one stays beside them until that date; empty: it goes
};
/// A text that does not declare the reader, or has neither the old key nor lacks a new one, stays as it is.
std::string with_replaced_key(std::string_view text, const KeyReplacement& replacement);
/// The texts of a host's or an operator's keys; empty where it is not declared.
std::vector<std::string> declared_keys(std::string_view text, std::string_view section, std::string_view name);

struct NewSecret {
    std::string name;
    std::vector<std::string> to;
    std::vector<std::string> except;
    std::string per;
    std::optional<std::string> file;
    std::optional<document::KeyPath> key;  ///< empty: the whole document
    std::optional<std::string> as;
    std::optional<std::string> owner;
    std::optional<std::string> group;
    std::optional<std::string> mode;  ///< octal text
    std::optional<std::string> path;
    std::optional<std::string> phase;
    std::vector<std::string> restart;
    std::vector<std::string> reload;
    std::optional<std::string> generate;  ///< a kind, or a flow mapping as bestow.yaml has it
    std::optional<std::string> rotate_after;
    bool keep_previous = false;
};
std::string with_secret(std::string_view text, const NewSecret& secret);
std::string without_secret(std::string_view text, std::string_view name);
/// The declaration only; placeholders are operations/placeholder_names.hpp.
std::string with_renamed_secret(std::string_view text, std::string_view old_name, std::string_view new_name);
/// What other declarations are made from: `of`, `ca` and `inputs` of `generate:`. `text` may be an included file.
std::string with_renamed_inputs(std::string_view text, std::string_view old_name, std::string_view new_name);

}  // namespace bestow::policy
