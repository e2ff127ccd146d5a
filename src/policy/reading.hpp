#pragma once
/// What the parts of the parser share: the policy as it grows, the problems, and a mapping's fields with their places.
/// Internal to policy.

#include "policy/field_rules.hpp"
#include "policy/parse.hpp"
#include "policy/problems.hpp"

#include <initializer_list>
#include <set>

namespace bestow::policy {

/// What a name of the one namespace may stand for.
enum class NameKind { All, Host, Role, Operator, Group };

struct Word {
    std::string text;
    Origin origin;
};

/// A use of a name, checked when everything has been read.
struct Mention {
    Word name;
    std::set<NameKind> allowed;
};

/// Where an inline template's text begins, for its placeholders' places.
struct ContentPlace {
    Origin origin;
    bool literal = false;  ///< a "|" block: its lines are the file's lines
};

/// The parser's state while it goes through the files.
struct Reading {
    const StoreReader& store;
    Strictness strictness = Strictness::Operator;
    Policy policy;
    Problems problems;
    std::map<std::string, std::pair<NameKind, Origin>> names;
    std::vector<Mention> mentions;
    std::map<std::string, Origin> per_variables;         ///< secret -> where its `per:` is
    std::map<std::string, ContentPlace> template_texts;  ///< template -> where its text is

    /// Takes a name in the one namespace, or says who has it already.
    void declare(NameKind kind, const Word& name);
    void mention(const Word& name, std::set<NameKind> allowed) { mentions.push_back({name, std::move(allowed)}); }
};

std::string_view kind_name(NameKind kind);

/// One mapping of one file: "host 'web1'" and the keys that it may have. Reports others, with the nearest valid word.
class Fields {
  public:
    struct Source {
        const std::string& file;
        const document::Node& node;
        std::string what;  ///< for messages: "host 'web1'"
    };
    Fields(Reading& reading, Source source, const std::vector<std::string>& known);

    /// nullptr when it is missing or the mapping is none.
    [[nodiscard]] const document::Node* find(std::string_view key) const;
    /// Where a key stands; the mapping itself when it is missing.
    [[nodiscard]] Origin origin(std::string_view key) const;
    void problem(std::string_view key, std::string message);

    /// A scalar as text; a problem and nullopt for anything else.
    std::optional<std::string> text(std::string_view key);
    /// A text that has to be one of these.
    std::optional<std::string> one_of(std::string_view key, const std::vector<std::string>& words);
    std::optional<bool> flag(std::string_view key);
    /// A list of texts, or one text alone.
    std::vector<Word> words(std::string_view key);
    std::optional<std::vector<std::string>> texts(std::string_view key);

    [[nodiscard]] const std::string& file() const { return source_.file; }
    [[nodiscard]] const std::string& what() const { return source_.what; }

  private:
    Reading& reading_;
    Source source_;
};

/// A list of texts, or one text alone; anything else is a problem of `what`.
std::vector<Word> read_words(Reading& reading, const std::string& file, const document::Node& node,
                             const std::string& what);

/// The members of a section: calls `each` with name and value; a section that is no mapping is a problem.
struct Member {
    Word name;
    const document::Node& value;
};
void for_each_member(Reading& reading, const std::string& file, const document::Node& section,
                     const std::function<void(const Member&)>& each);

// The sections; each adds to reading.policy.
void read_roles(Reading& reading, const std::string& file, const document::Node& section);
void read_hosts(Reading& reading, const std::string& file, const document::Node& section);
void read_operators(Reading& reading, const std::string& file, const document::Node& section);
void read_access(Reading& reading, const std::string& file, const document::Node& section);
void read_files(Reading& reading, const std::string& file, const document::Node& section);
void read_defaults(Reading& reading, const std::string& file, const document::Node& section);
void read_secrets(Reading& reading, const std::string& file, const document::Node& section);
void read_templates(Reading& reading, const std::string& file, const document::Node& section);
void read_activation(Reading& reading, const std::string& file, const document::Node& section);

/// Which fields a declaration's placement has; `read_placement` reads them.
const std::vector<std::string>& placement_keys();
Placement read_placement(Fields& fields);
std::map<std::string, Placement> read_overrides(Reading& reading, Fields& fields);
Audience read_audience(Reading& reading, Fields& fields);
/// `generate:`, `rotate_after:` and `keep_previous:`.
void read_generate(Reading& reading, Fields& fields, Secret& secret);
/// Declares NAME.previous for every `keep_previous:`.
void add_previous_secrets(Reading& reading);

// Rules across sections, when everything has been read.
void check_mentions(Reading& reading);
void check_roles(Reading& reading);
void check_keys(Reading& reading);
void check_variants(Reading& reading);
void check_placeholders(Reading& reading);
void check_deliveries(Reading& reading);
void check_generate(Reading& reading);

}  // namespace bestow::policy
