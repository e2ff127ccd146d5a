#pragma once
/// bestow.yaml as data (design, section 3), after validation: plain structures, no files, no effects. Parsing is in
/// policy/parse.hpp; who may read what follows in policy/access.hpp.

#include "document/key_path.hpp"
#include "document/node.hpp"
#include "policy/generate.hpp"
#include "policy/origin.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bestow::policy {

/// A public key of a host or an operator.
struct Key {
    std::string recipient;             ///< age::normalize_recipient form
    std::string comment;               ///< an SSH key's comment
    std::optional<std::string> until;  ///< "2027-03-01": dropped after that date
    Origin origin;
};

struct Operator {
    std::string name;
    std::vector<Key> keys;
    std::vector<std::string> groups;
    bool listed = false;    ///< access: listed
    bool recovery = false;  ///< on every file
    Origin origin;
};

struct Host {
    std::string name;
    std::vector<Key> keys;
    std::vector<std::string> roles;  ///< as declared
    std::map<std::string, std::string> vars;
    Origin origin;
};

/// `to:` and `except:`: a union of intersections of host, role or `all` names.
struct Audience {
    std::vector<std::vector<std::string>> any_of_all;
    std::vector<std::vector<std::string>> except;
};

enum class Phase { Early, Main };
enum class As { Raw, Yaml, Json, Env };

/// Fields that `defaults:`, a declaration and `overrides:` may give.
struct Placement {
    std::optional<std::string> owner;  ///< name or number
    std::optional<std::string> group;
    std::optional<unsigned> mode;
    std::optional<std::string> path;  ///< an absolute link outside RUN
    std::optional<std::vector<std::string>> restart;
    std::optional<std::vector<std::string>> reload;
    std::optional<Phase> phase;
};

/// What `keep_previous:` puts behind a secret's name, and behind its key.
inline constexpr std::string_view kPreviousSuffix = ".previous";

struct Secret {
    std::string name;
    Audience to;
    std::string per;                       ///< "", "host", or a host variable's name
    std::optional<std::string> file;       ///< overrides the name; relative to the store
    std::optional<document::KeyPath> key;  ///< overrides the name; empty path is the whole document (".")
    std::optional<As> as;
    Placement placement;
    std::map<std::string, Placement> overrides;  ///< by host or role
    std::optional<Generate> generate;            ///< how values of it are made
    std::optional<std::uint64_t> rotate_after_seconds;
    bool keep_previous = false;  ///< `rotate` keeps the value that it replaces, as the secret NAME.previous
    std::string previous_of;     ///< for NAME.previous, which nobody declares: that other secret's name
    Origin origin;

    /// It may lack a value without a fault.
    [[nodiscard]] bool is_optional() const { return !previous_of.empty(); }
};

struct Template {
    std::string name;
    Audience to;
    std::string content;              ///< the text, wherever it came from
    std::optional<std::string> file;  ///< where it came from, relative to the store
    std::string open = "{{";
    std::string close = "}}";
    Placement placement;
    std::map<std::string, Placement> overrides;
    Origin origin;
};

struct ActivationSettings {
    unsigned keep_generations = 2;
    bool allow_swap = false;
    std::uint64_t max_stale_seconds = std::uint64_t{30} * 24 * 60 * 60;
};

struct AccessRule {
    std::string pattern;
    std::vector<std::string> operators;  ///< operators and groups
    Origin origin;
};

struct FileRule {
    bool shared = false;
    Origin origin;
};

struct Policy {
    std::string requires_version;
    std::map<std::string, std::vector<std::string>> roles;  ///< role -> roles and hosts that it includes
    std::vector<Operator> operators;                        ///< in order of declaration, as everything below
    std::vector<Host> hosts;
    std::vector<AccessRule> access;
    std::map<std::string, FileRule> files;
    Placement defaults;
    std::vector<Secret> secrets;
    std::vector<Template> templates;
    ActivationSettings activation;
    std::vector<std::string> warnings;  ///< unknown keys, when read leniently on a host

    [[nodiscard]] const Host* find_host(std::string_view name) const;
    [[nodiscard]] const Operator* find_operator(std::string_view name) const;
    [[nodiscard]] const Secret* find_secret(std::string_view name) const;
    [[nodiscard]] const Template* find_template(std::string_view name) const;
};

}  // namespace bestow::policy
