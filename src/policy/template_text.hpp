#pragma once
/// A template's text, cut into literals and placeholders: "{{ db/password | json }}", "{{ host.name }}", "{{
/// host.vars.env }}". Parsing is here because a template gives access to the secrets that it names; rendering is
/// delivery's.

#include "policy/policy.hpp"

#include <variant>

namespace bestow::policy {

struct Filter {
    std::string name;
    std::vector<std::string> arguments;
};

struct Placeholder {
    std::string subject;  ///< a secret's name, or "host.name", "host.vars.X"
    std::vector<Filter> filters;
    document::Position at;  ///< in the template's text
    [[nodiscard]] bool is_host_fact() const;
};

using TemplatePiece = std::variant<std::string, Placeholder>;

/// What stands between the delimiters: "db/password | json". Throws Error(Policy) without a place.
Placeholder parse_placeholder(std::string_view inside, document::Position at);
/// The same text again.
std::string to_text(const Placeholder& placeholder);

/// Throws Error(Policy) with line and column, one problem a line: an unclosed placeholder, an unknown filter with the
/// nearest valid one, a wrong argument.
std::vector<TemplatePiece> parse_template(const Template& declared);

/// The same, with the problems as data; what has one is left out of the result.
struct TemplateProblem {
    document::Position at;  ///< in the template's text
    std::string message;
};
std::vector<TemplatePiece> parse_template(const Template& declared, std::vector<TemplateProblem>& problems);

/// The names of the secrets that it uses, each once.
std::vector<std::string> template_inputs(const std::vector<TemplatePiece>& pieces);

}  // namespace bestow::policy
