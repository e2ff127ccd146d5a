/// Rules about what each host gets: the variables that `per:` and placeholders need, and the secrets that templates
/// name.

#include "base/format.hpp"
#include "base/text.hpp"
#include "policy/audience.hpp"
#include "policy/reading.hpp"
#include "policy/source.hpp"
#include "policy/template_text.hpp"

#include <algorithm>

namespace bestow::policy {
namespace {

constexpr std::string_view kVariables = "host.vars.";

std::vector<std::string> variable_names(const Policy& policy) {
    std::set<std::string> names;
    for (const Host& host : policy.hosts) {
        for (const auto& variable : host.vars) {
            names.insert(variable.first);
        }
    }
    return {names.begin(), names.end()};
}

/// The hosts that lack a variable, as a text; empty when none does.
std::string hosts_without(const std::vector<const Host*>& hosts, const std::string& variable) {
    std::vector<std::string> names;
    for (const Host* host : hosts) {
        if (host->vars.count(variable) == 0) {
            names.push_back(quoted(host->name));
        }
    }
    return join(names, ", ");
}

/// The file that a variant makes, once more as a whole: ".{host}" of a host named git is ".git".
void check_file(Reading& reading, const Secret& secret, std::string_view variant, const Origin& origin) {
    const std::string file = file_of(secret, variant);
    if (const auto problem = secret_file_problem(file)) {
        reading.problems.add(origin, format("secret {}: the file for {} would be {}: {}", quoted(secret.name),
                                            quoted(variant), quoted(file), *problem));
    }
}

/// A value that becomes a folder's name.
void check_value(Reading& reading, const Secret& secret, const Host& host, const Origin& origin) {
    const auto value = host.vars.find(secret.per);
    if (value != host.vars.end() &&
        (relative_path_problem(value->second) || value->second.find('/') != std::string::npos)) {
        reading.problems.add(origin,
                             format("secret {}: the variable {} of host {} is {}, which cannot be a folder's name",
                                    quoted(secret.name), quoted(secret.per), quoted(host.name), quoted(value->second)));
    } else if (value != host.vars.end()) {
        check_file(reading, secret, value->second, origin);
    }
}

/// Also those that a template alone makes a reader of.
void check_files_of_hosts(Reading& reading, const Secret& secret) {
    for (const Host& host : reading.policy.hosts) {
        check_file(reading, secret, host.name, secret.origin);
    }
}

class TemplateCheck {
  public:
    TemplateCheck(Reading& reading, const Template& declared, std::vector<const Host*> hosts)
        : reading_(reading), template_(declared), hosts_(std::move(hosts)) {}

    void run() {
        std::vector<TemplateProblem> problems;
        const std::vector<TemplatePiece> pieces = parse_template(template_, problems);
        for (const TemplateProblem& problem : problems) {
            add(problem.at, problem.message);
        }
        for (const TemplatePiece& piece : pieces) {
            if (const auto* placeholder = std::get_if<Placeholder>(&piece)) {
                check(*placeholder);
            }
        }
    }

  private:
    /// In a file of its own and in a "|" block, lines are lines; else the place is told in words.
    void add(const document::Position& at, const std::string& message) {
        const auto place = reading_.template_texts.find(template_.name);
        Origin origin = place != reading_.template_texts.end() ? place->second.origin : template_.origin;
        if (place != reading_.template_texts.end() && place->second.literal) {
            origin.at.line += at.line - 1;
            reading_.problems.add(origin, format("template {}: {}", quoted(template_.name), message));
        } else {
            reading_.problems.add(
                origin, format("template {}, line {} of its text: {}", quoted(template_.name), at.line, message));
        }
    }

    void check(const Placeholder& placeholder) {
        if (placeholder.is_host_fact()) {
            check_fact(placeholder);
            return;
        }
        const Secret* secret = reading_.policy.find_secret(placeholder.subject);
        if (secret == nullptr) {
            std::vector<std::string> names;
            for (const Secret& one : reading_.policy.secrets) {
                names.push_back(one.name);
            }
            names.emplace_back("host.name");
            add(placeholder.at, format("there is no secret {}{}", quoted(placeholder.subject),
                                       did_you_mean(placeholder.subject, names)));
        } else if (!secret->per.empty() && secret->per != "host") {
            for (const Host* host : hosts_) {
                check_value(reading_, *secret, *host, template_.origin);
            }
            const std::string lacking = hosts_without(hosts_, secret->per);
            if (!lacking.empty()) {
                add(placeholder.at, format("secret {} is per {}, and host {} has no such variable",
                                           quoted(secret->name), quoted(secret->per), lacking));
            }
        }
    }

    void check_fact(const Placeholder& placeholder) {
        const std::string& subject = placeholder.subject;
        if (subject == "host.name") {
            return;
        }
        std::vector<std::string> known = {"host.name"};
        for (const std::string& variable : variable_names(reading_.policy)) {
            known.push_back(std::string(kVariables) + variable);
        }
        if (std::find(known.begin(), known.end(), subject) == known.end()) {
            add(placeholder.at, format("no host has {}{}", quoted(subject), did_you_mean(subject, known)));
            return;
        }
        const std::string lacking = hosts_without(hosts_, subject.substr(kVariables.size()));
        if (!lacking.empty()) {
            add(placeholder.at,
                format("host {} has no variable {}", lacking, quoted(subject.substr(kVariables.size()))));
        }
    }

    Reading& reading_;
    const Template& template_;
    std::vector<const Host*> hosts_;
};

}  // namespace

void check_variants(Reading& reading) {
    const Memberships memberships(reading.policy);
    const std::vector<std::string> variables = variable_names(reading.policy);
    for (const Secret& secret : reading.policy.secrets) {
        if (secret.per == "host" && secret.file) {
            check_files_of_hosts(reading, secret);
        }
        const auto origin = reading.per_variables.find(secret.name);
        if (origin == reading.per_variables.end()) {
            continue;
        }
        if (std::find(variables.begin(), variables.end(), secret.per) == variables.end()) {
            std::vector<std::string> words = variables;
            words.emplace_back("host");
            reading.problems.add(origin->second, format("secret {}: no host has a variable {}{}", quoted(secret.name),
                                                        quoted(secret.per), did_you_mean(secret.per, words)));
            continue;
        }
        const std::vector<const Host*> hosts = memberships.hosts_in(secret.to);
        const std::string lacking = hosts_without(hosts, secret.per);
        if (!lacking.empty()) {
            reading.problems.add(origin->second, format("secret {} is per {}, and host {} has no such variable",
                                                        quoted(secret.name), quoted(secret.per), lacking));
        }
        for (const Host* host : hosts) {
            check_value(reading, secret, *host, origin->second);
        }
    }
}

void check_placeholders(Reading& reading) {
    const Memberships memberships(reading.policy);
    for (const Template& declared : reading.policy.templates) {
        TemplateCheck(reading, declared, memberships.hosts_in(declared.to)).run();
    }
}

}  // namespace bestow::policy
