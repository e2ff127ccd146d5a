#include "policy/access.hpp"

#include "policy/audience.hpp"
#include "policy/source.hpp"
#include "policy/template_text.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>

namespace bestow::policy {
namespace {

using Needs = std::unordered_map<std::string, std::set<const Host*>>;

/// Which hosts' templates name each secret. A template that does not parse gives nothing: the parser has said so.
Needs needs_of_templates(const Policy& policy, const Memberships& memberships) {
    Needs needs;
    for (const Template& declared : policy.templates) {
        std::vector<TemplateProblem> ignored;
        const std::vector<const Host*> hosts = memberships.hosts_in(declared.to);
        for (const std::string& name : template_inputs(parse_template(declared, ignored))) {
            needs[name].insert(hosts.begin(), hosts.end());
        }
    }
    return needs;
}

std::vector<const Host*> hosts_of(const Secret& secret, const Memberships& memberships, const Needs& needs) {
    std::vector<const Host*> hosts = memberships.hosts_in(secret.to);
    const std::string& base = secret.previous_of.empty() ? secret.name : secret.previous_of;
    for (const std::string& name : {base, base + std::string(kPreviousSuffix)}) {
        const auto more = needs.find(name);
        if (more != needs.end() && (name == secret.name || secret.keep_previous || secret.is_optional())) {
            hosts.insert(hosts.end(), more->second.begin(), more->second.end());  // a value and its previous one
        }
    }
    std::sort(hosts.begin(), hosts.end());  // by address in policy.hosts: in order of declaration
    hosts.erase(std::unique(hosts.begin(), hosts.end()), hosts.end());
    return hosts;
}

/// Values for hosts that get nothing of it: others are made from them.
void append_variants(std::vector<SecretSource>& sources, std::size_t first, const Secret& secret,
                     const std::set<std::string>& variants) {
    for (const std::string& variant : variants) {
        const bool there = std::any_of(sources.begin() + static_cast<std::ptrdiff_t>(first), sources.end(),
                                       [&](const SecretSource& source) { return source.variant == variant; });
        if (!there) {
            sources.push_back({&secret, variant, file_of(secret, variant), key_of(secret), {}});
        }
    }
}

void append_sources(std::vector<SecretSource>& sources, const Secret& secret, const std::vector<const Host*>& hosts) {
    const auto source_of = [&](const std::string& variant) {
        return SecretSource{&secret, variant, file_of(secret, variant), key_of(secret), {}};
    };
    if (secret.per.empty()) {
        sources.push_back(source_of(""));
        sources.back().hosts = hosts;
        return;
    }
    const std::size_t first = sources.size();
    for (const Host* host : hosts) {
        const std::optional<std::string> variant = variant_for(secret, *host);
        if (!variant) {
            continue;  // an error of the policy, said by the parser
        }
        auto own = std::find_if(sources.begin() + static_cast<std::ptrdiff_t>(first), sources.end(),
                                [&](const SecretSource& source) { return source.variant == *variant; });
        if (own == sources.end()) {
            own = sources.insert(own, source_of(*variant));
        }
        own->hosts.push_back(host);
    }
}

/// For each secret with `per:` the variants that are needed because something else is made from it.
using Variants = std::unordered_map<std::string, std::set<std::string>>;

Variants needed_variants(const Policy& policy, const Memberships& memberships, const Needs& needs) {
    std::unordered_map<std::string, const Secret*> by_name;
    std::vector<const Secret*> open;
    for (const Secret& secret : policy.secrets) {
        by_name.emplace(secret.name, &secret);
        if (secret.generate && !secret.per.empty()) {
            open.push_back(&secret);
        }
    }
    Variants variants;
    for (const Secret* secret : open) {
        for (const Host* host : hosts_of(*secret, memberships, needs)) {
            if (const auto variant = variant_for(*secret, *host)) {
                variants[secret->name].insert(*variant);
            }
        }
    }
    while (!open.empty()) {
        const Secret& secret = *open.back();
        open.pop_back();
        if (!secret.generate) {
            continue;
        }
        const std::set<std::string> own = variants[secret.name];
        for (const std::string& name : secret.generate->dependencies()) {
            const auto found = by_name.find(name);
            if (found == by_name.end() || found->second->per != secret.per) {
                continue;
            }
            std::set<std::string>& of_input = variants[name];
            const std::size_t before = of_input.size();
            of_input.insert(own.begin(), own.end());
            if (of_input.size() != before) {
                open.push_back(found->second);  // sets only grow: it ends, whatever the graph
            }
        }
    }
    return variants;
}

}  // namespace

std::vector<SecretSource> secret_sources(const Policy& policy) {
    const Memberships memberships(policy);
    const Needs needs = needs_of_templates(policy, memberships);
    const Variants variants = needed_variants(policy, memberships, needs);
    std::vector<SecretSource> sources;
    for (const Secret& secret : policy.secrets) {
        const std::size_t first = sources.size();
        append_sources(sources, secret, hosts_of(secret, memberships, needs));
        const std::string& base = secret.previous_of.empty() ? secret.name : secret.previous_of;
        if (const auto more = variants.find(base); !secret.per.empty() && more != variants.end()) {
            append_variants(sources, first, secret, more->second);
        }
    }
    return sources;
}

const SecretSource* source_for(const std::vector<SecretSource>& sources, std::string_view secret,
                               std::string_view host) {
    for (const SecretSource& source : sources) {
        if (source.secret->name == secret &&
            std::any_of(source.hosts.begin(), source.hosts.end(), [&](const Host* one) { return one->name == host; })) {
            return &source;
        }
    }
    return nullptr;
}

}  // namespace bestow::policy
