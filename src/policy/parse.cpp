#include "policy/parse.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "document/yaml.hpp"
#include "policy/path_pattern.hpp"
#include "policy/reading.hpp"

#include <algorithm>

namespace bestow::policy {
namespace {

using document::Node;

constexpr std::string_view kPolicyFile = "bestow.yaml";
constexpr document::Limits kLimits{std::size_t{16} * 1024 * 1024, 32, 1'000'000};

using ReadSection = void (*)(Reading&, const std::string& file, const Node&);
struct Section {
    std::string name;
    ReadSection read;
    bool includable;
};

/// In the order in which they are read, in every file.
const std::vector<Section>& sections() {
    static const std::vector<Section> all = {
        {"roles", read_roles, true},     {"operators", read_operators, true}, {"hosts", read_hosts, true},
        {"access", read_access, true},   {"files", read_files, true},         {"defaults", read_defaults, false},
        {"secrets", read_secrets, true}, {"templates", read_templates, true}, {"activation", read_activation, false},
    };
    return all;
}

std::vector<std::string> includable_sections() {
    std::vector<std::string> names;
    for (const Section& section : sections()) {
        if (section.includable) {
            names.push_back(section.name);
        }
    }
    return names;
}

/// "1.2.3" as numbers, missing ones 0; nullopt when it is none.
std::optional<std::vector<unsigned long>> version_numbers(std::string_view text) {
    std::vector<unsigned long> numbers;
    for (const std::string_view part : split(text, '.')) {
        const bool digits = !part.empty() && part.size() < 9 &&
                            std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
        if (!digits) {
            return std::nullopt;
        }
        numbers.push_back(std::stoul(std::string(part)));
    }
    numbers.resize(std::max<std::size_t>(numbers.size(), 3));
    return numbers;
}

class Parser {
  public:
    Parser(const StoreReader& store, Strictness strictness) : reading_{store, strictness, {}, {}, {}, {}, {}, {}} {}

    Policy parse(std::string text) {
        read_main_file(std::move(text));
        add_previous_secrets(reading_);
        check_mentions(reading_);
        check_roles(reading_);
        check_keys(reading_);
        check_variants(reading_);
        check_placeholders(reading_);
        check_deliveries(reading_);
        check_generate(reading_);
        reading_.problems.throw_if_any();
        return std::move(reading_.policy);
    }

  private:
    struct Include {
        std::string file;
        std::vector<std::string> sections;
        Origin origin;
    };

    /// nullopt when the text is not YAML: said, and nothing else can be.
    std::optional<document::Document> parse_document(std::string text, const std::string& file) {
        try {
            document::Document document = document::parse_yaml(std::move(text), document::Aliases::Refuse, kLimits);
            if (document.roots.size() <= 1) {
                return document;
            }
            reading_.problems.add({file, document.roots[1].at}, "a policy file is one document, without '---' in it");
        } catch (const Error& error) {
            add_format_problem(file, error);
        }
        return std::nullopt;
    }

    /// "line 3, column 5: ..." as every problem is told.
    void add_format_problem(const std::string& file, const Error& error) {
        const std::string message = error.message() + (error.hint().empty() ? "" : "; " + error.hint());
        constexpr std::string_view prefix = "line ";
        const std::size_t colon = message.find(": ");
        if (message.compare(0, prefix.size(), prefix) != 0 || colon == std::string::npos) {
            reading_.problems.add({file, {}}, message);
            return;
        }
        const std::size_t line = std::stoul(message.substr(prefix.size()));
        reading_.problems.add({file, {line, 1}}, message.substr(colon + 2));
    }

    void read_main_file(std::string text) {
        const std::string file(kPolicyFile);
        const std::optional<document::Document> document = parse_document(std::move(text), file);
        if (!document) {
            reading_.problems.throw_if_any();
        }
        const Node nothing;
        const Node& root = document->roots.empty() ? nothing : document->roots.front();
        read_versions(file, root);
        std::vector<std::string> known = {"version", "requires", "include"};
        for (const Section& section : sections()) {
            known.push_back(section.name);
        }
        Fields fields(reading_, {file, root, "bestow.yaml"}, known);
        read_sections(fields);
        for (const Include& include : read_includes(fields)) {
            read_included(include);
        }
    }

    /// Before anything else: whoever does not know this version had better say nothing more.
    void read_versions(const std::string& file, const Node& root) {
        Fields fields(reading_, {file, root, "bestow.yaml"}, all_keys(root));
        const std::optional<std::string> version = fields.text("version");
        if (root.find("version") == nullptr) {
            fields.problem("version", "it has no 'version: 1'");
        } else if (version && *version != "1") {
            fields.problem("version", format("this bestow reads version 1, not {}", quoted(*version)));
        }
        const std::string needed = fields.text("requires").value_or("");
        if (!needed.empty()) {
            reading_.policy.requires_version = needed;
            check_requires(fields, needed);
        }
        reading_.problems.throw_if_any();
    }

    static std::vector<std::string> all_keys(const Node& root) {
        std::vector<std::string> keys;
        for (const document::Child& child : root.children) {
            keys.push_back(child.key);
        }
        return keys;
    }

    static void check_requires(Fields& fields, std::string_view needed) {
        const auto wanted = needed.substr(0, 2) == ">=" ? version_numbers(trim(needed.substr(2))) : std::nullopt;
        if (!wanted) {
            fields.problem("requires", format("'requires' is written like \">=0.1\", not {}", quoted(needed)));
        } else if (*version_numbers(BESTOW_VERSION) < *wanted) {
            fields.problem("requires", format("this store needs bestow {}; this one is {}", needed, BESTOW_VERSION));
        }
    }

    void read_sections(const Fields& fields) {
        for (const Section& section : sections()) {
            if (const Node* node = fields.find(section.name)) {
                section.read(reading_, fields.file(), *node);
            }
        }
    }

    std::vector<Include> read_includes(Fields& fields) {
        std::vector<Include> includes;
        const Node* list = fields.find("include");
        if (list == nullptr) {
            return includes;
        }
        if (list->kind != document::Kind::Sequence) {
            fields.problem("include", "'include' is a list of paths");
            return includes;
        }
        for (const document::Child& child : list->children) {
            if (child.node() != nullptr) {
                append_includes(includes, *child.node());
            }
        }
        return includes;
    }

    void append_includes(std::vector<Include>& includes, const Node& item) {
        const std::string file(kPolicyFile);
        Include include{{}, includable_sections(), {file, item.at}};
        if (item.kind == document::Kind::Mapping) {
            Fields fields(reading_, {file, item, "an include"}, {"path", "only"});
            include.file = fields.text("path").value_or("");
            if (fields.find("only") != nullptr) {
                include.sections = only_sections(fields);
            }
        } else {
            include.file = item.text;
        }
        const std::string pattern = include.file;
        for (const std::string& path : included_files(pattern, include.origin)) {
            include.file = path;
            const bool twice =
                std::any_of(includes.begin(), includes.end(), [&](const Include& other) { return other.file == path; });
            if (twice) {
                reading_.problems.add(include.origin, format("{} is included twice", quoted(path)));
            } else {
                includes.push_back(include);
            }
        }
    }

    std::vector<std::string> only_sections(Fields& fields) {
        std::vector<std::string> sections;
        const std::vector<std::string> known = includable_sections();
        for (const Word& word : fields.words("only")) {
            if (std::find(known.begin(), known.end(), word.text) == known.end()) {
                reading_.problems.add(word.origin, format("'only' lists sections, not {}{}", quoted(word.text),
                                                          did_you_mean(word.text, known)));
            }
            sections.push_back(word.text);
        }
        return sections;
    }

    std::vector<std::string> included_files(const std::string& pattern, const Origin& origin) {
        std::string plain = pattern;
        std::replace_if(plain.begin(), plain.end(), [](char c) { return c == '*' || c == '?'; }, 'x');
        if (const auto problem = relative_path_problem(plain)) {
            reading_.problems.add(origin, format("cannot include {}: {}", quoted(pattern), *problem));
            return {};
        }
        if (pattern == kPolicyFile) {
            reading_.problems.add(origin, "bestow.yaml includes itself");
            return {};
        }
        if (!has_wildcard(pattern)) {
            return {pattern};
        }
        std::vector<std::string> files = reading_.store.match(pattern);
        const auto of_git = [](const std::string& path) {
            const std::vector<std::string_view> segments = split(path, '/');
            return std::any_of(segments.begin(), segments.end(), is_git_folder);
        };
        files.erase(std::remove_if(files.begin(), files.end(), of_git), files.end());
        return files;
    }

    void read_included(const Include& include) {
        if (include.file == kPolicyFile) {
            return;  // matched by a pattern like "*.yaml"
        }
        std::optional<std::string> text = reading_.store.read(include.file);
        if (!text) {
            reading_.problems.add(include.origin, format("there is no file {} to include", quoted(include.file)));
            return;
        }
        const std::optional<document::Document> document = parse_document(std::move(*text), include.file);
        if (document && !document->roots.empty()) {
            const Fields fields(reading_, {include.file, document->roots.front(), "an included file"},
                                include.sections);
            read_allowed(fields, include.sections);
        }
    }

    void read_allowed(const Fields& fields, const std::vector<std::string>& allowed) {
        for (const Section& section : sections()) {
            const Node* node = fields.find(section.name);
            if (node != nullptr && std::find(allowed.begin(), allowed.end(), section.name) != allowed.end()) {
                section.read(reading_, fields.file(), *node);
            }
        }
    }

    Reading reading_;
};

}  // namespace

Policy parse_policy(std::string text, const StoreReader& reader, Strictness strictness) {
    return Parser(reader, strictness).parse(std::move(text));
}

}  // namespace bestow::policy
