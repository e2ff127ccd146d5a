/// Rules about generated values: what they are made from is declared, in no circle and for the same host; where their
/// public halves and previous values lie is free.

#include "base/format.hpp"
#include "base/text.hpp"
#include "policy/access.hpp"
#include "policy/reading.hpp"
#include "policy/source.hpp"

#include <algorithm>

namespace bestow::policy {
namespace {

bool is_tree_file(std::string_view file) {
    constexpr std::string_view ends[] = {".yaml", ".yml", ".json", ".env", ".ini"};
    return std::any_of(std::begin(ends), std::end(ends), [&](std::string_view end) { return file.ends_with(end); });
}

/// Same place, another key; without units and links.
Secret previous_of(const Secret& secret) {
    Secret previous;
    previous.name = secret.name + std::string(kPreviousSuffix);
    previous.previous_of = secret.name;
    previous.to = secret.to;
    previous.per = secret.per;
    previous.file = file_of(secret, "{" + secret.per + "}");
    previous.key = key_of(secret);
    if (auto* const last = std::get_if<std::string>(&previous.key->back())) {
        *last += kPreviousSuffix;
    }
    previous.as = secret.as;
    previous.origin = secret.origin;
    previous.placement = secret.placement;
    previous.overrides = secret.overrides;
    const auto quieten = [](Placement& placement) {
        placement.restart.reset();
        placement.reload.reset();
        placement.path.reset();
    };
    quieten(previous.placement);
    previous.placement.restart = std::vector<std::string>();  // also against `defaults:`
    previous.placement.reload = std::vector<std::string>();
    for (auto& [name, placement] : previous.overrides) {
        quieten(placement);
    }
    return previous;
}

class GenerateCheck {
  public:
    explicit GenerateCheck(Reading& reading) : reading_(reading) {
        for (const Secret& secret : reading.policy.secrets) {
            by_name_.emplace(secret.name, &secret);
        }
    }

    void run() {
        for (const Secret& secret : reading_.policy.secrets) {
            if (secret.generate) {
                check_value(secret);
                for (const std::string& name : secret.generate->dependencies()) {
                    check_dependency(secret, name);
                }
            }
        }
        check_circles();
        check_public_files();
    }

  private:
    void add(const Secret& secret, const std::string& message) {
        reading_.problems.add(secret.generate->origin, format("secret {}: {}", quoted(secret.name), message));
    }

    void check_value(const Secret& secret) {
        if (secret.as && *secret.as != As::Raw) {
            add(secret, "what is generated is one value, so 'as' has nothing to write");
        }
        if (key_of(secret).empty() && is_tree_file(file_of(secret, secret.per))) {
            add(secret, "what is generated is one value, and needs a 'key' in such a file");
        }
    }

    void check_dependency(const Secret& secret, const std::string& name) {
        const auto found = by_name_.find(name);
        if (found == by_name_.end()) {
            std::vector<std::string> names;
            for (const Secret& one : reading_.policy.secrets) {
                names.push_back(one.name);
            }
            add(secret, format("there is no secret {}{}", quoted(name), did_you_mean(name, names)));
            return;
        }
        const Secret& input = *found->second;
        if (input.is_optional()) {
            add(secret, format("it cannot be made from {}, which need not be there", quoted(name)));
        }
        if (!input.per.empty() && input.per != secret.per) {
            add(secret,
                format("it is made from {}, which is per {}: it has to be, too", quoted(name), quoted(input.per)));
        }
        if (name == secret.generate->ca && (!input.generate || input.generate->kind != GenerateKind::X509Ca)) {
            add(secret, format("'ca' has to be a secret with 'generate: x509-ca', and {} is none", quoted(name)));
        }
    }

    /// Takes away what is made from nothing that is left, until nothing changes: the rest lies on circles or behind.
    void check_circles() {
        std::map<std::string, std::set<std::string>> inputs;
        std::map<std::string, std::vector<std::string>> users;
        std::vector<std::string> free;
        for (const auto& [name, secret] : by_name_) {
            for (const std::string& input : secret->generate ? secret->generate->dependencies() : Names()) {
                if (by_name_.count(input) > 0) {
                    inputs[name].insert(input);
                    users[input].push_back(name);
                }
            }
            if (inputs.count(name) == 0) {
                free.push_back(name);
            }
        }
        while (!free.empty()) {
            const std::string name = free.back();
            free.pop_back();
            for (const std::string& user : users[name]) {
                const auto waiting = inputs.find(user);
                waiting->second.erase(name);
                if (waiting->second.empty()) {
                    inputs.erase(waiting);
                    free.push_back(user);
                }
            }
        }
        for (const auto& [name, left] : inputs) {
            add(*by_name_.at(name), format("it is made from {}, and that in the end from it", quoted(*left.begin())));
        }
    }

    void check_public_files() {
        std::map<std::string, std::string> taken;
        const std::vector<SecretSource> sources = secret_sources(reading_.policy);
        for (const SecretSource& source : sources) {
            taken[source.file] = format("the values of secret {}", quoted(source.secret->name));
        }
        for (const Template& declared : reading_.policy.templates) {
            taken[declared.file.value_or("")] = format("template {}", quoted(declared.name));
        }
        for (const SecretSource& source : sources) {
            if (!source.secret->generate || !source.secret->generate->has_public_half()) {
                continue;
            }
            const std::string file = public_file_of(*source.secret, source.variant);
            if (const auto problem = relative_path_problem(file)) {
                add(*source.secret,
                    format("its public half would be {}: {}; choose another with 'public'", quoted(file), *problem));
                continue;
            }
            const auto [there, is_new] =
                taken.emplace(file, format("the public half of secret {}", quoted(source.secret->name)));
            if (!is_new) {
                add(*source.secret, format("its public half would be {}, which holds {}", quoted(file), there->second));
            }
        }
    }

    using Names = std::vector<std::string>;
    Reading& reading_;
    std::map<std::string, const Secret*> by_name_;
};

}  // namespace

void add_previous_secrets(Reading& reading) {
    std::vector<Secret> added;
    for (const Secret& secret : reading.policy.secrets) {
        if (!secret.keep_previous) {
            continue;
        }
        const document::KeyPath key = key_of(secret);
        const bool has_name = !key.empty() && std::holds_alternative<std::string>(key.back());
        if (!has_name || !is_tree_file(file_of(secret, secret.per))) {
            reading.problems.add(secret.origin, format("secret {}: 'keep_previous' needs a key that has a name, in a "
                                                       "file that has keys",
                                                       quoted(secret.name)));
            continue;
        }
        Secret previous = previous_of(secret);
        if (const Secret* other = reading.policy.find_secret(previous.name)) {
            reading.problems.add(other->origin, format("secret {} has the name of the previous value of {}",
                                                       quoted(previous.name), quoted(secret.name)));
            continue;
        }
        added.push_back(std::move(previous));
    }
    for (Secret& secret : added) {
        reading.policy.secrets.push_back(std::move(secret));
    }
}

void check_generate(Reading& reading) {
    if (reading.strictness == Strictness::Operator) {
        GenerateCheck(reading).run();
    }
}

}  // namespace bestow::policy
