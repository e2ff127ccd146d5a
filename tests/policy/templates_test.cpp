#include "policy/template_text.hpp"
#include "policy_text.hpp"

#include <catch2/catch.hpp>

using namespace bestow::policy;
using namespace bestow::policy::test;

namespace {

Template text(std::string content) {
    Template declared;
    declared.name = "t";
    declared.content = std::move(content);
    return declared;
}

/// Pieces as one text: literals as they are, placeholders as <subject filter(argument)...>.
std::string outline(const Template& declared) {
    std::string result;
    for (const TemplatePiece& piece : parse_template(declared)) {
        if (const auto* literal = std::get_if<std::string>(&piece)) {
            result += *literal;
            continue;
        }
        const auto& placeholder = std::get<Placeholder>(piece);
        result += "<" + placeholder.subject;
        for (const Filter& filter : placeholder.filters) {
            result += " " + filter.name;
            for (const std::string& argument : filter.arguments) {
                result += "(" + argument + ")";
            }
        }
        result += ">";
    }
    return result;
}

std::string refusal(const std::string& content) {
    try {
        (void)parse_template(text(content));
        return "";
    } catch (const bestow::Error& error) {
        return error.message();
    }
}

std::string templates(const std::string& text, const Files& files = {}) {
    return problems(kThreeHosts + "secrets: {db/password: {to: [server]}}\ntemplates:\n" + text, files);
}

}  // namespace

TEST_CASE("a text is cut into literals and placeholders", "[policy]") {
    CHECK(outline(text("a={{ db/password }}\n")) == "a=<db/password>\n");
    CHECK(outline(text("{{db/password}}{{ host.name }}")) == "<db/password><host.name>");
    CHECK(outline(text("{{ a | trim | indent( 4 ) }}")) == "<a trim indent(4)>");
    CHECK(outline(text("no { braces } }} at all")) == "no { braces } }} at all");
    CHECK(outline(text("")).empty());
    Template other = text("{{ .Values }} <% a/b | json %>");
    other.open = "<%";
    other.close = "%>";
    CHECK(outline(other) == "{{ .Values }} <a/b json>");
    for (const char* filter :
         {"base64", "hex", "json", "shell", "urlencode", "trim", "indent(2)", "sha512crypt", "yescrypt", "bcrypt"}) {
        CHECK(refusal(std::string("{{ a | ") + filter + " }}").empty());
    }
}

TEST_CASE("every broken placeholder is told with line and column", "[policy]") {
    CHECK(refusal("a\n\xc3\xa4 {{ x") == "template 't', line 2, column 3: '{{' is not closed by '}}' on its line");
    CHECK(refusal("{{ x\n}}") == "template 't', line 1, column 1: '{{' is not closed by '}}' on its line");
    CHECK(refusal("{{ }}") == "template 't', line 1, column 1: a placeholder names nothing");
    CHECK(refusal("{{ a b }}") ==
          "template 't', line 1, column 1: a placeholder names one secret, not 'a b'; filters follow a '|'");
    CHECK(refusal("{{ a | jsn }} {{ b | base46 }}") ==
          "template 't', line 1, column 1: there is no filter 'jsn'; did you mean 'json'?\n"
          "template 't', line 1, column 15: there is no filter 'base46'; did you mean 'base64'?");
    CHECK(refusal("{{ a | indent }}") ==
          "template 't', line 1, column 1: the filter 'indent' takes one number up to 1000, as in indent(4)");
    CHECK(refusal("{{ a | indent(x) }}") ==
          "template 't', line 1, column 1: the filter 'indent' takes one number up to 1000, as in indent(4)");
    CHECK(refusal("{{ a | trim(1) }}") == "template 't', line 1, column 1: the filter 'trim' takes no argument");
    CHECK(refusal("{{ a | trim hex }}") == "template 't', line 1, column 1: unexpected 'hex' behind the filter 'trim'");
    CHECK(refusal("{{ a | }}") == "template 't', line 1, column 1: there is no filter ''");
}

TEST_CASE("inputs are secrets, each once", "[policy]") {
    CHECK(template_inputs(parse_template(text("{{ b }}{{ host.name }}{{ a }}{{ b | hex }}"))) ==
          std::vector<std::string>{"b", "a"});
}

TEST_CASE("every placeholder is checked against the policy, at its line", "[policy]") {
    CHECK(templates("  t: {to: [web1], content: \"{{ db/password }}\"}").empty());
    CHECK(templates("  t:\n    to: [web1]\n    content: |\n      A=1\n      B={{ db/pasword }}\n") ==
          "bestow.yaml:13: template 't': there is no secret 'db/pasword'; did you mean 'db/password'?");
    CHECK(templates("  t: {to: [web1], content: \"{{ db/pasword }}\"}") ==
          "bestow.yaml:9: template 't', line 1 of its text: there is no secret 'db/pasword'; did you mean "
          "'db/password'?");
    CHECK(templates("  t: {to: [web1], file: t.env}", {{"t.env", "\n\n{{ db/password | jsn }}"}}) ==
          "t.env:3: template 't': there is no filter 'jsn'; did you mean 'json'?");
    CHECK(templates("  t: {to: [server], content: \"{{ host.name }} {{ host.vars.env }}\"}").empty());
    CHECK(templates("  t: {to: [all], content: \"{{ host.vars.env }}\"}") ==
          "bestow.yaml:9: template 't', line 1 of its text: host 'desk' has no variable 'env'");
    CHECK(
        templates("  t: {to: [web1], content: \"{{ host.vars.evn }}\"}") ==
        "bestow.yaml:9: template 't', line 1 of its text: no host has 'host.vars.evn'; did you mean 'host.vars.env'?");
    CHECK(templates("  t: {to: [web1], content: \"{{ host.nane }}\"}") ==
          "bestow.yaml:9: template 't', line 1 of its text: no host has 'host.nane'; did you mean 'host.name'?");
}

TEST_CASE("a template has one text, an audience and a name", "[policy]") {
    CHECK(templates("  t: {to: [web1], file: t.env}", {{"t.env", "x"}}).empty());
    CHECK(templates("  t: {to: [web1], file: t.env}") == "bestow.yaml:9: template 't': there is no file 't.env'");
    CHECK(templates("  t: {to: [web1], file: ../t}") ==
          "bestow.yaml:9: template 't': 'file' '../t': it climbs with '..'");
    CHECK(templates("  t: {to: [web1]}") == "bestow.yaml:9: template 't': it needs either 'content' or 'file'");
    CHECK(templates("  t: {to: [web1], content: x, file: y}") ==
          "bestow.yaml:9: template 't': it needs either 'content' or 'file'");
    CHECK(templates("  t: {content: x}") == "bestow.yaml:9: template 't': it has no 'to', so no host would get it");
    CHECK(templates("  ../t: {to: [web1], content: x}") ==
          "bestow.yaml:9: template '../t': the name cannot be used: it climbs with '..'");
    CHECK(templates("  rendered/t: {to: [web1], content: x}") ==
          "bestow.yaml:9: template 'rendered/t': the name cannot be used: every template is delivered below 'rendered/' already");
    CHECK(templates("  t: {to: [web1], content: x, delimiters: [\"<%\"]}") ==
          "bestow.yaml:9: template 't': 'delimiters' are two texts of signs, like [\"<%\", \"%>\"]");
    CHECK(templates("  t: {to: [web1], content: x, delimiters: [ab, cd]}") ==
          "bestow.yaml:9: template 't': 'delimiters' are two texts of signs, like [\"<%\", \"%>\"]");
}
